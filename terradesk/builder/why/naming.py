"""Names and formats that sentences about a build need: from a plan, or plain ones without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from terradesk import i18n
from terradesk.arcs.jit import Int32s
from terradesk.builder.problem import Problem
from terradesk.i18n import _, ngettext


def _area(n: int) -> str:
    return ngettext("area", "areas", n)


def _district(n: int) -> str:
    return ngettext("district", "districts", n)


def _compact(_measure: int, value: float) -> str:
    return i18n.compact(value)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """How things are called on screen.

    Parameters
    ----------
    territories : sequence of str
        By territory of the problem.
    unit : callable
        Name of a unit of the problem by its row.
    noun : callable
        The plan's own word for n units, e.g. `terradesk.plan.Plan.noun`.
    district : callable
        The word for n districts.
    measures : sequence of str
    handovers : sequence of str or callable
        What changes hands: a name, or the word for n of them.
    value : callable
        (measure, number) to text with its unit.
    rows : ndarray of int32, shape (n,), optional
        Row in the plan of each unit of the problem, for `Told.units`.
    numbers : sequence of int, optional
        Number in the plan of each territory, for `Told.territory`.
    """

    territories: Sequence[str]
    unit: Callable[[int], str]
    noun: Callable[[int], str] = _area
    district: Callable[[int], str] = _district
    measures: Sequence[str] = ()
    handovers: Sequence[str | Callable[[int], str]] = ()
    value: Callable[[int, float], str] = _compact
    rows: Int32s | None = None
    numbers: Sequence[int] | None = field(default=None)

    def territory(self, t: int) -> str:
        """Name of a territory inside a sentence."""
        return i18n.isolate(self.territories[t])

    def place(self, unit: int) -> str:
        """Name of a unit inside a sentence."""
        return i18n.isolate(self.unit(int(unit)))

    def measure(self, m: int) -> str:
        """Name of a measure inside a sentence."""
        return i18n.isolate(self.measures[m]) if 0 <= m < len(self.measures) else _("what counts")

    def handover(self, h: int, amount: float) -> str:
        """An amount of what changes hands: ``231 accounts``; the number alone without a name."""
        number = i18n.number(amount, 0 if float(amount).is_integer() else 1)
        if not 0 <= h < len(self.handovers):
            return number
        what = self.handovers[h]
        word = what if isinstance(what, str) else what(round(amount))
        return _("{number} {what}").format(number=number, what=word)

    def count(self, n: int) -> str:
        """So many units: ``14 counties``."""
        return _("{number} {what}").format(number=i18n.number(n), what=self.noun(n))

    def rows_of(self, units: Int32s) -> Int32s:
        """Rows in the plan."""
        return units if self.rows is None else np.asarray(self.rows, np.int32)[units]

    def number_of(self, territory: int) -> int:
        """Number in the plan, -1 for none."""
        if territory < 0 or self.numbers is None:
            return territory
        return int(self.numbers[territory])


def plain_names(problem: Problem) -> Names:
    """Names by number, for problems without a plan."""
    return Names(
        territories=[
            _("Territory {n}").format(n=i18n.number(t + 1)) for t in range(problem.n_territories)
        ],
        unit=lambda row: _("Area {n}").format(n=i18n.number(row + 1)),
        measures=[_("Measure {n}").format(n=i18n.number(m + 1)) for m in range(problem.n_measures)],
    )
