"""Why not: what stands in the way of what is asked, found out beside the window as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6 import QtCore

from terradesk.plan import Plan

from ...dialogs.work import LatestWork

if TYPE_CHECKING:
    from terradesk.builder.plans import Prepared
    from terradesk.builder.problem import Result
    from terradesk.builder.settings import Settings
    from terradesk.progress import Progress

_DELAY_MS = 350


class Asking(LatestWork):
    """Diagnoses the newest settings.

    Signals
    -------
    answered(object, str)
        Sentences (`Told`), and one above them.
    refused(object)
        What is asked makes no sense for this plan: the error.
    """

    answered = QtCore.Signal(object, str)
    refused = QtCore.Signal(object)

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent, _DELAY_MS)
        self.succeeded.connect(lambda found: self.answered.emit(*found))
        self.failed.connect(self.refused)

    def about(self, plan: Plan, alignment: int, settings: Settings, selection: np.ndarray) -> None:
        """Ask what stands in the way of a build of a plan."""

        def work(progress: Progress) -> tuple[list[Any], str]:
            return answer(plan, alignment, settings, selection, progress)

        self.ask(work)


def answer(
    plan: Plan, alignment: int, settings: Settings, selection: np.ndarray, progress: Progress
) -> tuple[list[Any], str]:
    """Sentences and a headline; called in a thread.

    Raises
    ------
    BadWish
        If what is asked means nothing for this plan.
    """
    from terradesk.builder import plans

    plans.prepare(plan, alignment, settings, selection)
    progress(0.0, "")
    return [], ""


def relaxed(settings: Settings, told: Any) -> Settings | None:
    """Settings with the remedy of a sentence; None where it is no setting."""
    return None


def warning(plan: Plan, prepared: Prepared, result: Result) -> tuple[str, str, bool]:
    """What a result does not meet: text, icon, and whether it is a warning."""
    return "", "info", False
