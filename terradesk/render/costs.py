"""What sharp frames have cost, to tell which views are drawn with less detail while moving."""

from __future__ import annotations

__all__ = ["Costs"]


class Costs:
    """Times of frames by how much they show, in steps of a factor of two."""

    def __init__(self) -> None:
        self._ms: dict[int, float] = {}

    def note(self, amount: int, ms: float) -> None:
        """A frame that showed so much took so long."""
        self._ms[amount.bit_length()] = ms

    def exceeds(self, amount: int, limit_ms: float) -> bool:
        """Whether a frame that shows so much is expected to take longer.

        Showing more never costs less: a dearer or cheaper neighbour settles it where there is no
        frame of this size yet. Unknown ones are tried.
        """
        step = amount.bit_length()
        if step in self._ms:
            return self._ms[step] > limit_ms
        return any(ms > limit_ms for known, ms in self._ms.items() if known < step)
