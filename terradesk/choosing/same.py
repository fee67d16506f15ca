"""The same as what is selected: territory, region, rep, state, owner, segment and the like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from terradesk import formula
from terradesk import records as rec
from terradesk.arcs.jit import Bools
from terradesk.choosing.way import Chosen, Of, Situation, Way, chosen
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import UNASSIGNED

_SAMPLE, _MOST_KINDS = 2000, 0.5
_ROLES = ("state", "county", "owner", "city", "text")
_NOT_ROLES = ("id", "name", "street", "phone", "email", "amount", "rate", "lat", "lon")


@dataclass(frozen=True, slots=True, eq=False)
class Trait:
    """Something that units or accounts can have in common.

    Parameters
    ----------
    title : str
        In the user's words.
    of : {"units", "accounts"}
    values : callable
        Value of every row, (n,) int or str; -1 and "" are values too.
    """

    title: str
    of: Of
    values: Callable[[], np.ndarray]


def traits(situation: Situation, of: Of) -> list[Trait]:
    """Everything that selected units or accounts can be the same in, the likeliest first."""
    return [*_of_territory(situation, of), *_of_columns(situation, of), *_given(situation, of)]


def _owners(situation: Situation, of: Of) -> np.ndarray:
    view = situation.view
    return view.assignment if of == "units" else view.account_territories


def _of_territory(situation: Situation, of: Of) -> Iterator[Trait]:
    view, plan = situation.view, situation.plan
    owners = partial(_owners, situation, of)
    if view.leaves:
        yield Trait(plan.setting("term_territory"), of, owners)
    if any(t.parent for t in view.leaves):
        parents = {t.id: t.parent for t in view.leaves}
        yield Trait(plan.setting("term_group"), of, lambda: _translated(owners(), parents))
    if view.owners:
        reps = {territory: rep.id for territory, rep in view.owners.items()}
        yield Trait(_("rep"), of, lambda: _translated(owners(), reps))
    if of == "accounts":
        for segment in plan.rows(rec.Segment):
            yield Trait(segment.name, of, lambda one=segment: _in_segment(situation, one))  # type: ignore[misc]
        if len(plan.units):
            yield Trait(plan.noun(1), of, lambda: plan.accounts.unit)


def _translated(owners: np.ndarray, table: dict[int, int]) -> np.ndarray:
    """What stands for each territory id in a table, -1 for those not in it."""
    known = np.array(sorted(table), np.int64)
    if not len(known):
        return np.full(len(owners), UNASSIGNED, np.int64)
    values = np.array([table[k] for k in known.tolist()], np.int64)
    at = np.minimum(np.searchsorted(known, owners), len(known) - 1)
    return np.where(known[at] == owners, values[at], UNASSIGNED)


def _in_segment(situation: Situation, segment: rec.Segment) -> np.ndarray:
    out = np.zeros(len(situation.plan.accounts), np.int8)
    out[formula.matching_rows(segment.formula, situation.plan.accounts)] = 1
    return out


def _of_columns(situation: Situation, of: Of) -> Iterator[Trait]:
    plan = situation.plan
    table = plan.units if of == "units" else plan.accounts
    known = {c.name: c for c in plan.rows(rec.Column) if c.table == of}
    names = [n for n, values in table.columns.items() if _groups(values, known.get(n))]
    names.sort(key=lambda n: _rank(n, known.get(n)))
    for name in names:
        column = known.get(name)
        title = (column.label if column else "") or name.replace("_", " ")
        yield Trait(title, of, lambda n=name: table.columns[n])  # type: ignore[misc]


def _groups(values: np.ndarray, column: rec.Column | None) -> bool:
    """Whether a column sorts rows into groups: a text that repeats."""
    if values.dtype.kind not in "OU" or (column is not None and column.role in _NOT_ROLES):
        return False
    seen = values[:: max(1, len(values) // _SAMPLE)].tolist()
    kinds = {str(v) for v in seen if v}
    return 1 < len(kinds) <= max(_MOST_KINDS * len(seen), 2)


def _rank(name: str, column: rec.Column | None) -> tuple[int, str]:
    role = column.role if column is not None else name
    return (_ROLES.index(role) if role in _ROLES else len(_ROLES), name)


def _given(situation: Situation, of: Of) -> Iterator[Trait]:
    if of == "units":
        for title, labels in situation.groups.items():
            yield Trait(title, of, lambda found=labels: found)  # type: ignore[misc]


def alike(trait: Trait, situation: Situation) -> Bools:
    """Mask of the rows that have a value of a trait which something selected has."""
    values, selected = trait.values(), situation.selected(trait.of)
    if values.dtype.kind == "O":
        wanted = set(values[selected].tolist())
        return np.array([v in wanted for v in values.tolist()], np.bool_)
    return np.isin(values, np.unique(values[selected]))


def same(trait: Trait, situation: Situation) -> Chosen:
    """Everything that is the same in a trait as what is selected."""
    return chosen(situation, trait.of, alike(trait, situation))


def _asked(situation: Situation) -> Of:
    has_units, has_accounts = len(situation.unit_rows) > 0, len(situation.account_rows) > 0
    if has_units != has_accounts:
        return "units" if has_units else "accounts"
    return situation.of


def _without_word(text: str) -> str:
    folded = " ".join(text.casefold().split())
    for word in (_("same {trait}").format(trait="").strip().casefold(), "same"):
        if word and folded.startswith(word):
            return folded[len(word) :].removeprefix(" as").strip()
    return ""


def find(text: str, situation: Situation) -> Chosen:
    """What is the same as the selection: ``same state``, ``same territory``.

    Raises
    ------
    TerraDeskError
        If nothing is selected, or there is nothing by that name to be the same in.
    """
    wanted, of = _without_word(text), _asked(situation)
    known = traits(situation, of)
    trait = next((t for t in known if t.title.casefold() == wanted), None)
    if trait is None:
        near = [t for t in known if wanted and t.title.casefold().startswith(wanted)]
        trait = near[0] if near else None
    if trait is None:
        names = ", ".join(t.title for t in known)
        message = _("Same in what? There is no “{name}”.").format(name=wanted)
        raise TerraDeskError(message, _("There are: {names}.").format(names=names))
    if not situation.selected(of).any():
        raise TerraDeskError(_("Nothing is selected to compare with."), _("Select one first."))
    return same(trait, situation)


def offers(situation: Situation) -> list[str]:
    """Everything that can be the same, as texts."""
    known = traits(situation, _asked(situation))
    return [_("same {trait}").format(trait=t.title) for t in known]


SAME = Way(
    "same", N_("Same as"), N_("same state"),
    lambda text, _situation: bool(_without_word(text)), find, offers,
)  # fmt: skip
