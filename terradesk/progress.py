"""How long work tells where it is, and how it is cancelled."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Called with a fraction 0..1 and a short text; raises `Cancelled` when the user has had enough."""


class Cancelled(Exception):
    """The user cancelled: not an error, nothing to show."""


def silent(fraction: float, message: str = "") -> None:
    """Progress that nobody watches."""


def part(progress: Progress, start: float, stop: float) -> Progress:
    """Map the 0..1 of a sub-task onto start..stop of the whole.

    Parameters
    ----------
    progress : callable
        The progress of the whole task.
    start, stop : float
        Fractions of the whole at which the sub-task begins and ends.

    Returns
    -------
    callable
        Progress to hand to the sub-task.
    """

    def report(fraction: float, message: str = "") -> None:
        progress(start + (stop - start) * fraction, message)

    return report
