"""Why not: what stands in the way of what is asked, found out beside the window as it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore

from terradesk.plan import Plan

from ...dialogs.work import LatestWork

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings
    from terradesk.builder.problem import Result
    from terradesk.builder.why.findings import Diagnosis, Finding
    from terradesk.builder.why.telling import Told
    from terradesk.progress import Progress

_DELAY_MS = 350
_SLOW_MS = 300
_MOST_TOLD = 3
_STAYS = ("locked_over", "locked_under")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What stands in the way of a build.

    Parameters
    ----------
    prepared : Prepared
    diagnosis : Diagnosis
    tolds : tuple of Told
        One sentence each.
    headline : str
        One above them, or "".
    """

    prepared: Prepared
    diagnosis: Diagnosis
    tolds: tuple[Told, ...]
    headline: str


class Asking(LatestWork):
    """Diagnoses the newest settings: `succeeded` brings an `Answer`.

    Signals
    -------
    slow_changed(bool)
        The answer takes a while; it is over.
    """

    slow_changed = QtCore.Signal(bool)

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent, _DELAY_MS)
        self._slow = QtCore.QTimer(self, singleShot=True, interval=_DELAY_MS + _SLOW_MS)
        self._slow.timeout.connect(lambda: self.slow_changed.emit(self.is_busy))
        self.busy_changed.connect(self._busy)

    def _busy(self, is_busy: bool) -> None:
        if is_busy:
            self._slow.start()
        else:
            self._slow.stop()
            self.slow_changed.emit(False)

    def about(self, plan: Plan, alignment: int, settings: Settings, selection: np.ndarray) -> None:
        """Ask what stands in the way of a build of a plan."""

        def work(progress: Progress) -> Answer:
            return answer(plan, alignment, settings, selection, progress)

        self.ask(work)


def answer(
    plan: Plan, alignment: int, settings: Settings, selection: np.ndarray, progress: Progress
) -> Answer:
    """What stands in the way; called in a thread.

    Raises
    ------
    BadWish
        If what is asked means nothing for this plan.
    """
    from terradesk.builder.plans import preparing
    from terradesk.builder.plans.words import names_of
    from terradesk.builder.why.diagnosing import diagnose
    from terradesk.builder.why.telling import headline, tell_diagnosis

    prepared = preparing.prepare(plan, alignment, settings, selection)
    progress(0.2, "")
    found = diagnose(prepared.problem, prepared.options)
    names, is_filling = names_of(plan, prepared), prepared.settings.mode == "fill"
    about = _of_what_is_free(prepared, found) if is_filling else found
    tolds = tell_diagnosis(about, names)
    return Answer(
        prepared=prepared,
        diagnosis=found,
        tolds=(*tolds, *_of_what_stays(found)) if is_filling else tolds,
        headline="" if is_filling else headline(found, prepared.problem, names),
    )


def _of_what_is_free(prepared: Prepared, found: Diagnosis) -> Diagnosis:
    """What stands in the way of units without a territory: the others are not asked about."""

    def is_meant(one: Finding) -> bool:
        if len(one.units):
            return bool((~prepared.pinned[one.units]).any())
        return not len(one.territories)

    return replace(found, findings=tuple(filter(is_meant, found.findings)))


def _of_what_stays(found: Diagnosis) -> list[Told]:
    """One sentence about all that is out of tolerance and stays so."""
    from terradesk import i18n
    from terradesk.builder.why.telling import Told
    from terradesk.i18n import ngettext

    out = {int(t) for f in found.findings if f.kind in _STAYS for t in f.territories}
    if not out:
        return []
    text = ngettext(
        "{n} territory is out of tolerance and stays so. Start from the plan as it is to even it"
        " out.",
        "{n} territories are out of tolerance and stay so. Start from the plan as it is to even"
        " them out.",
        len(out),
    )
    return [Told(text.format(n=i18n.number(len(out))), is_error=False)]


def warning(
    plan: Plan, prepared: Prepared, result: Result, asked: Answer | None
) -> tuple[str, str, bool]:
    """What a result does not meet, and why: text, icon, and whether it is a warning.

    Parameters
    ----------
    plan : Plan
    prepared : Prepared
    result : Result
    asked : Answer or None
        To the same settings, for its reasons.
    """
    from terradesk.builder.plans.words import violations
    from terradesk.builder.why.telling import summary

    reasons = asked.diagnosis if asked is not None else None
    others = violations(plan, prepared, result, reasons)
    if not others:
        is_split = prepared.settings.mode == "split"
        text = _of_parts(prepared) if is_split else summary(result, prepared.problem)
        return text, "check", False
    texts = list(dict.fromkeys(others))
    more = [_and_more(len(texts) - _MOST_TOLD)] if len(texts) > _MOST_TOLD else []
    is_locked = any(v.kind == "lock" for v in result.violations)
    shown = "\n".join([*texts[:_MOST_TOLD], *more])
    return shown, "lock" if is_locked else "triangle-alert", True


def _of_parts(prepared: Prepared) -> str:
    """Parts are measured by one another, not by the other territories."""
    from terradesk import i18n
    from terradesk.i18n import _

    n, tolerance = prepared.problem.n_territories, float(prepared.problem.tolerances[0])
    text = _("All {n} parts are within ±{tolerance} of the same size.")
    share = i18n.percent(tolerance, 0 if round(100 * tolerance, 6) % 1 == 0 else 1, False)
    return text.format(n=i18n.number(n), tolerance=share)


def _and_more(n: int) -> str:
    from terradesk import i18n
    from terradesk.i18n import ngettext

    return ngettext("and {n} more", "and {n} more", n).format(n=i18n.number(n))


def is_same_question(asked: Answer, prepared: Prepared) -> bool:
    """Whether an answer is about the same problem: its units and territories have its numbers."""
    one, other = asked.prepared, prepared
    return (
        one.territories == other.territories
        and np.array_equal(one.rows, other.rows)
        and bool((one.problem.tolerances == other.problem.tolerances).all())
    )
