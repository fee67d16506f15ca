"""The columns that a query can name: those of the table, and what the plan knows beside them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk import measures
from terradesk import records as rec
from terradesk.choosing.way import Of, Situation
from terradesk.i18n import _
from terradesk.measures.sums import ACCOUNT_SOURCES, unit_sums
from terradesk.plan import AlignmentView

_M2_PER_KM2 = 1e6


@dataclass(frozen=True, eq=False)
class Field:
    """A column under one of its names.

    Parameters
    ----------
    name : str
        As it is shown.
    make : callable
        Gives the values, (n,) float, bool or str.
    """

    name: str
    make: Callable[[], np.ndarray]

    @cached_property
    def values(self) -> np.ndarray:
        """The values; made once."""
        return self.make()

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.values.dtype.kind in "OU"

    @property
    def spellings(self) -> dict[str, list[str]]:
        """Every text of the column by its case-folded form."""
        return _spellings(self.values)


_SPELLED: OrderedDict[int, tuple[np.ndarray, dict[str, list[str]]]] = OrderedDict()
_MOST_SPELLED = 12


def _spellings(values: np.ndarray) -> dict[str, list[str]]:
    """Kept for the columns asked for last: a query is looked up at every letter typed."""
    kept = _SPELLED.get(id(values))
    if kept is not None and kept[0] is values:
        _SPELLED.move_to_end(id(values))
        return kept[1]
    out: dict[str, list[str]] = {}
    for text in {str(v) for v in values.tolist() if v is not None and v == v}:
        out.setdefault(text.casefold(), []).append(text)
    _SPELLED[id(values)] = (values, out)
    if len(_SPELLED) > _MOST_SPELLED:
        _SPELLED.popitem(last=False)
    return out


def fields(situation: Situation, of: Of) -> dict[str, Field]:
    """Fields by case-folded name; own columns win over what the plan adds."""
    out: dict[str, Field] = {}
    for one in (*_own(situation, of), *_added(situation, of)):
        out.setdefault(" ".join(one.name.casefold().split()), one)
    return out


def _own(situation: Situation, of: Of) -> Iterator[Field]:
    plan = situation.plan
    table = plan.units if of == "units" else plan.accounts
    for name in table.columns:
        yield Field(name, lambda n=name: table.columns[n])  # type: ignore[misc]
    for column in plan.rows(rec.Column):
        if column.table == of and column.label and column.name in table.columns:
            yield Field(column.label, lambda n=column.name: table.columns[n])  # type: ignore[misc]
    for name in table.columns:
        if "_" in name:
            yield Field(name.replace("_", " "), lambda n=name: table.columns[n])  # type: ignore[misc]
    own = {"code": "codes", "name": "names"} if of == "units" else {"id": "ids", "name": "names"}
    for name, column_name in own.items():
        yield Field(name, lambda n=column_name: table.column(n))  # type: ignore[misc]


def _added(situation: Situation, of: Of) -> Iterator[Field]:
    view, plan = situation.view, situation.plan
    owners = view.assignment if of == "units" else view.account_territories
    names = {t.id: t.name for t in view.territories.values()}
    parents = {t.id: names.get(t.parent, "") for t in view.territories.values()}
    reps = {territory: rep.name for territory, rep in view.owners.items()}
    for key, title, texts in (
        ("territory", plan.setting("term_territory"), names),
        ("region", plan.setting("term_group"), parents),
        ("rep", _("rep"), reps),
    ):
        for name in dict.fromkeys((key, title)):
            yield Field(name, lambda t=texts: _named(owners, t))  # type: ignore[misc]
    yield from _measured(view) if of == "units" else _of_their_area(situation)


def _named(owners: np.ndarray, texts: dict[int, str]) -> np.ndarray:
    """Text of each territory id, "" for none."""
    ids, at = np.unique(owners, return_inverse=True)
    table = np.empty(len(ids), object)
    table[:] = [texts.get(int(i), "") for i in ids]
    return table[at]


def _measured(view: AlignmentView) -> Iterator[Field]:
    """Sums per unit of what its accounts hold, their number, and the surface."""
    plan = view.plan
    for measure in measures.choices(plan):
        if measure.source in ACCOUNT_SOURCES:
            name = "accounts" if measure.source == "n_accounts" else measure.name
            yield Field(name, lambda m=measure: unit_sums(plan, view.side, m).units)  # type: ignore[misc]
    arcs = plan.arcs
    if arcs is not None:
        yield Field("km2", lambda: arcs.areas / _M2_PER_KM2)


def _of_their_area(situation: Situation) -> Iterator[Field]:
    """What the unit of an account says."""
    plan = situation.plan
    if not len(plan.units):
        return
    yield Field(plan.noun(1), lambda: _lifted(situation, plan.units.names))
    for name in plan.units.columns:
        yield Field(name, lambda n=name: _lifted(situation, plan.units.columns[n]))  # type: ignore[misc]


def _lifted(situation: Situation, values: np.ndarray) -> np.ndarray:
    """Value of the unit of each account; nothing for accounts without one."""
    unit = situation.plan.accounts.unit
    out = values[unit] if values.dtype.kind in "OU" else values[unit].astype(float)
    out = out.astype(object) if out.dtype.kind == "U" else out
    out[unit < 0] = "" if out.dtype.kind == "O" else np.nan
    return out
