"""Colour by territory, by a level of the tree above, or by rep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from terradesk import palettes
from terradesk import records as rec
from terradesk.colouring.classes import Rules
from terradesk.colouring.model import Choice, Colouring, Key, Look, Way
from terradesk.colouring.patterns import patterns
from terradesk.i18n import _
from terradesk.plan import AlignmentView
from terradesk.render.filling import N_PATTERNS

__all__ = ["DISTRICT", "REP", "TERRITORY", "heading"]


def heading() -> str:
    """Heading of the ways that colour by who owns an area."""
    return _("Territories")


def _counts(view: AlignmentView, fills: np.ndarray, wanted: np.ndarray) -> list[int]:
    """Areas whose territory is of each of the wanted kinds."""
    areas = np.bincount(view.unit_slots, minlength=view.n_slots)[1:]
    return [int(areas[fills == kind].sum()) for kind in wanted.tolist()]


# ------------------------------------------------------------------ territory
def _territory_choices(view: AlignmentView) -> Iterator[Choice]:
    yield Choice("territory", _("Territory"), heading())


def _by_territory(
    view: AlignmentView, _key: str, look: Look, _rules: Rules | None
) -> Colouring | None:
    if not look.wants_patterns:
        return Colouring()
    fills = np.array([t.colour for t in view.leaves], np.int64)
    return Colouring(hatches=patterns(view, fills), follows_assignment=True)


TERRITORY = Way("territory", _territory_choices, _by_territory)


# ------------------------------------------------------------------ districts and regions
def _levels(view: AlignmentView) -> list[int]:
    return sorted({t.level for t in view.territories.values() if t.level > 0})


def _term(view: AlignmentView, level: int) -> str:
    term = view.plan.setting("term_group")
    text = term[:1].upper() + term[1:]
    return text if level == 1 else _("{group}, level {n}").format(group=text, n=level)


def _district_choices(view: AlignmentView) -> Iterator[Choice]:
    for level in _levels(view):
        key = "region" if level == 1 else f"region:{level}"
        yield Choice(key, _term(view, level), heading())


def _above(view: AlignmentView, leaf: rec.Territory, level: int) -> int:
    """Id of the node above a leaf at a level, 0 for none."""
    node: rec.Territory | None = leaf
    while node is not None and node.level < level:
        node = view.territories.get(node.parent)
    return node.id if node is not None and node.level == level else 0


def _by_district(
    view: AlignmentView, key: str, look: Look, _rules: Rules | None
) -> Colouring | None:
    level = int(key) if key.isdigit() else 1
    if level not in _levels(view):
        return None
    nodes = [t.id for t in view.territories.values() if t.level == level]
    order = palettes.category_order()
    fill_of = {node: order[k % len(order)] for k, node in enumerate(nodes)}
    above = np.array([_above(view, t, level) for t in view.leaves])
    fills = np.array([fill_of.get(int(a), -1) for a in above], np.int64)
    wanted = np.array([0, *nodes] if (above == 0).any() else nodes)
    names = [view.name_of(int(n)) or _("None") for n in wanted]
    keys = [
        Key(name, fill_of.get(int(node), -1), count)
        for name, node, count in zip(names, wanted, _counts(view, above, wanted), strict=True)
    ]
    return Colouring(
        title=_term(view, level),
        fills=fills,
        hatches=_kinds(fills, look),
        keys=tuple(keys),
        follows_assignment=True,
    )


def _kinds(fills: np.ndarray, look: Look) -> np.ndarray | None:
    """A pattern for each kind, where there are to be patterns."""
    if not look.wants_patterns:
        return None
    order = palettes.category_order()
    return np.array(
        [order.index(f) % N_PATTERNS if f >= 0 else 0 for f in fills.tolist()], np.uint8
    )


DISTRICT = Way("region", _district_choices, _by_district)


# ------------------------------------------------------------------ reps
def _rep_choices(view: AlignmentView) -> Iterator[Choice]:
    if view.owners:
        yield Choice("rep", _("Rep"), heading())


def _by_rep(view: AlignmentView, _key: str, look: Look, _rules: Rules | None) -> Colouring | None:
    """A rep has the fill of the first territory they own, so that it does not change."""
    if not view.owners:
        return None
    reps = np.array([view.owners[t.id].id if t.id in view.owners else 0 for t in view.leaves])
    first: dict[int, int] = {}
    names: dict[int, str] = {}
    for leaf, rep in zip(view.leaves, reps.tolist(), strict=True):
        if rep:
            first.setdefault(rep, leaf.colour % palettes.N_FILLS)
            names[rep] = view.owners[leaf.id].name
    fills = np.array([first.get(r, -1) for r in reps.tolist()], np.int64)
    wanted = np.array([*sorted(names, key=lambda r: names[r].casefold()), *([0] * (0 in reps))])
    counts = _counts(view, reps, wanted)
    keys = [
        Key(names.get(rep, _("No rep")), first.get(rep, -1), count)
        for rep, count in zip(wanted.tolist(), counts, strict=True)
    ]
    hatches = patterns(view, fills, reps) if look.wants_patterns else None
    return Colouring(
        title=_("Rep"),
        fills=fills,
        hatches=hatches,
        keys=tuple(keys),
        follows_assignment=True,
    )


REP = Way("rep", _rep_choices, _by_rep)
