"""What newer boundaries would do, in words: the list to look through, counts and remarks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from terradesk.arcs.outlines import polygons
from terradesk.i18n import N_, _, isolate, ngettext, number, percent
from terradesk.importing.boundaries.assignments import Doubt
from terradesk.importing.boundaries.comparing import Relation
from terradesk.importing.boundaries.newcomers import Newcomers
from terradesk.importing.boundaries.replacing import Replacement, key_of
from terradesk.importing.outlining import box_of
from terradesk.importing.prepared import (
    ARRIVES,
    CHANGES,
    GOES,
    NOTHING,
    PROBLEM,
    Count,
    Item,
    Shown,
)
from terradesk.plan import UNASSIGNED, Plan
from terradesk.readers.report import Issue, issue

GROUPS = {
    "territory": N_("In several territories: please check"),
    "merged": N_("Merged: several become one"),
    "split": N_("Split: one becomes several"),
    "changed": N_("Cut anew"),
    "reshaped": N_("Same code, other shape"),
    "renamed": N_("Renamed"),
    "new": N_("New: nothing there before"),
    "gone": N_("Gone: not in the file"),
    "same": N_("Unchanged"),
}
"""Groups of the list, in order; "same" is counted only."""

_LISTED = 6  # units in a line
_COVERED = 0.5


def groups() -> tuple[tuple[str, str], ...]:
    """Groups with their translated headings."""
    return tuple((key, _(title)) for key, title in GROUPS.items() if key != "same")


def items(
    plan: Plan,
    newcomers: Newcomers,
    made: Replacement,
    left_out: frozenset[str] = frozenset(),
) -> tuple[Item, ...]:
    """Everything that a person may look at: doubtful territories first, then each relation.

    Parameters
    ----------
    plan : Plan
        As it is.
    newcomers : Newcomers
    made : Replacement
    left_out : frozenset of str
        Keys of doubts whose units stay unassigned.
    """
    order = {kind: k for k, kind in enumerate(GROUPS)}
    found = [
        _item(plan, newcomers, made, one, on)
        for one, on in zip(made.comparison.relations, made.is_on, strict=True)
        if one.kind != "same"
    ]
    doubts = [_doubt(plan, newcomers, made, one, left_out) for one in made.doubts]
    return (*doubts, *sorted(found, key=lambda item: order[item.group]))


def _item(plan: Plan, newcomers: Newcomers, made: Replacement, one: Relation, is_on: bool) -> Item:
    old = [_named(plan.units.names[r], plan.units.codes[r]) for r in one.old]
    new = [_named(newcomers.units.names[r], newcomers.units.codes[r]) for r in one.new]
    if one.kind in ("split", "merged"):
        side = new if one.kind == "split" else old
        side[:] = _with_shares(side, made, one)
    return Item(
        key=key_of(one, plan, newcomers),
        group=one.kind,
        title=_title(new if one.kind == "merged" else old or new),
        before=_listed(old),
        after=_listed(new),
        is_on=is_on,
        rows=tuple(r for r in newcomers.file_rows[list(one.new)].tolist() if r >= 0),
        units=one.old,
        box=None if one.old else box_of(*newcomers.shapes[list(one.new)]),
    )


def _title(texts: list[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    more = ngettext("{a} and {n} more", "{a} and {n} more", len(texts) - 1)
    return more.format(a=texts[0], n=number(len(texts) - 1))


def _with_shares(texts: list[str], made: Replacement, one: Relation) -> list[str]:
    """Units of the side that is several, with their parts of the ground and of the accounts."""
    found, ahead = made.comparison.overlaps, made.succession
    is_split = one.kind == "split"
    rows = one.new if is_split else one.old
    sides = found.new if is_split else found.old
    here = np.isin(found.old, one.old) & np.isin(found.new, one.new)
    by_area = _parts(sides[here], found.area[here], rows) or [0.0] * len(rows)
    mine = np.isin(ahead.old, one.old)
    sides = made.taken[ahead.new] if is_split else ahead.old
    by_accounts: list[float] = _parts(sides[mine], ahead.amounts[mine], rows)
    out = []
    for text, area, part in zip(texts, by_area, by_accounts or [np.nan] * len(rows), strict=True):
        shown = f"{text} {percent(area, signed=False)}"
        if np.isfinite(part):
            told = _("{area}, accounts {part}")
            shown = told.format(area=shown, part=percent(part, signed=False))
        out.append(shown)
    return out


def _parts(sides: np.ndarray, values: np.ndarray, rows: tuple[int, ...]) -> list[float]:
    """Part of the sum that each row has; nothing when the sum is 0."""
    total = float(values.sum())
    return [float(values[sides == row].sum()) / total for row in rows] if total > 0 else []


def _named(name: object, code: object) -> str:
    return f"{name} ({code})" if str(name) not in ("", str(code)) else str(code)


def _listed(texts: list[str]) -> str:
    more = [_("{n} more").format(n=number(len(texts) - _LISTED))] if len(texts) > _LISTED else []
    return ", ".join([*texts[:_LISTED], *more])


def _doubt(
    plan: Plan, newcomers: Newcomers, made: Replacement, one: Doubt, left_out: frozenset[str]
) -> Item:
    row = int(made.taken[one.new])
    view, units = plan.alignment(one.alignment), newcomers.units
    is_left = one.key(units.codes[made.taken]) in left_out
    title = f"{_named(units.names[row], units.codes[row])} · {isolate(view.scenario.name)}"
    names = [view.name_of(t) if t != UNASSIGNED else _("Unassigned") for t in one.candidates]
    texts = [
        f"{name} {percent(share, signed=False)}"
        for name, share in zip(names, one.shares, strict=True)
    ]
    candidates = tuple((str(t), text) for t, text in zip(one.candidates, texts, strict=True))
    below = made.succession.old[made.succession.new == one.new]
    return Item(
        key=one.key(units.codes[made.taken]),
        group="territory",
        title=title,
        before=_listed(texts),
        after=_("Unassigned") if is_left else names[0],
        score=one.shares[0],
        candidates=candidates,
        is_on=not is_left,
        rows=tuple(r for r in (int(newcomers.file_rows[row]),) if r >= 0),
        units=tuple(below.tolist()),
    )


def counts(made: Replacement) -> tuple[Count, ...]:
    """How many units are in each relation."""
    out = []
    for kind in ("same", *(k for k in GROUPS if k not in ("same", "territory"))):
        found = made.comparison.of_kind(kind)
        n = sum(max(len(one.old), len(one.new)) for one in found)
        if n:
            level = "warning" if kind in ("gone", "changed") else "ok" if kind == "same" else ""
            out.append(Count(kind, _(GROUPS[kind]), n, level))
    if made.doubts:
        out.append(Count("territory", _(GROUPS["territory"]), len(made.doubts), "warning"))
    return tuple(out)


def shown(plan: Plan, newcomers: Newcomers, made: Replacement, after: Plan | None) -> Shown:
    """The plan as it would be: what arrives, changes and is doubtful, outlines of what went.

    Parameters
    ----------
    plan : Plan
        As it is.
    newcomers : Newcomers
    made : Replacement
    after : Plan or None
        As it would be; None when nothing changes.
    """
    n = len((after or plan).units)
    states = np.full(n, NOTHING, np.uint8)
    for one, on in zip(made.comparison.relations, made.is_on, strict=True):
        if on and one.kind == "renamed":
            states[list(one.old)] = CHANGES
    came = len(plan.units) + np.arange(len(made.taken))
    states[came] = np.where(made.succession.main_old >= 0, CHANGES, ARRIVES)
    states[[len(plan.units) + one.new for one in made.doubts]] = PROBLEM
    went, keys, lost = _outlines(plan, newcomers, made)
    return Shown(
        unit_states=states,
        plan=after,
        shapes=went,
        shape_states=np.where(lost, GOES, NOTHING).astype(np.uint8),
        shape_keys=keys,
        quiet=_("as it was"),
        row_units=_row_units(plan, newcomers, made),
    )


def _outlines(
    plan: Plan, newcomers: Newcomers, made: Replacement
) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Outlines of the units that go, the item of each, and whether nothing takes its place."""
    keys, lost = np.full(len(plan.units), "", object), np.zeros(len(plan.units), bool)
    for one, on in zip(made.comparison.relations, made.is_on, strict=True):
        if on and one.kind != "same":
            keys[list(one.old)] = key_of(one, plan, newcomers)
            lost[list(one.old)] = one.kind == "gone"
    is_gone = np.zeros(len(plan.units), bool)
    is_gone[made.gone] = True
    if plan.arcs is not None:
        is_gone &= plan.arcs.areas > 0
    rows = np.flatnonzero(is_gone & (keys != ""))
    if plan.arcs is None or not len(rows):
        return np.empty(0, object), (), np.empty(0, bool)
    labels = np.full(len(plan.units), -1, np.int64)
    labels[rows] = np.arange(len(rows))
    return polygons(plan.arcs, labels, len(rows)), tuple(keys[rows].tolist()), lost[rows]


def _row_units(plan: Plan, newcomers: Newcomers, made: Replacement) -> np.ndarray:
    """Unit that each row of the file became, -1 for none."""
    out = np.full(int(newcomers.file_rows.max(initial=-1)) + 1, -1, np.int64)
    came = len(plan.units) + np.arange(len(made.taken))
    new, units = np.append(made.taken, made.kept[:, 1]), np.append(came, made.kept[:, 0])
    rows = newcomers.file_rows[new]
    out[rows[rows >= 0]] = units[rows >= 0]
    return out


def issues(plan: Plan, made: Replacement) -> Iterator[Issue]:
    """What should be known about the step."""
    yield from _columns_told(made)
    lost = _lost(plan, made)
    if lost:
        yield lost
    homeless = _homeless(plan, made)
    if homeless:
        text = ngettext(
            "{n} account lies in no area any more.",
            "{n} accounts lie in no area any more.",
            homeless,
        )
        yield issue("homeless", text.format(n=number(homeless)), n=homeless, outcome="")
    yield from _half_covered(plan, made)
    if made.fitted is not None and made.fitted.cut.sum() > 1:
        n = int((made.fitted.cut > 1).sum())
        text = ngettext(
            "{n} new area was cut where it overlapped areas that stay.",
            "{n} new areas were cut where they overlapped areas that stay.",
            n,
        )
        yield issue("fitted", text.format(n=number(n)), n=n, level="info", outcome="")
    yield from _double_codes(plan, made)


def _columns_told(made: Replacement) -> Iterator[Issue]:
    texts = (
        (made.columns.summed, N_("Summed or shared out by the old areas: {names}.")),
        (made.columns.averaged, N_("Averaged over the old areas: {names}.")),
        (made.columns.copied, N_("Taken from the area that is followed: {names}.")),
        (made.columns.brought, N_("Taken from the file: {names}.")),
    )
    for k, (names, text) in enumerate(texts):
        if names and (k == len(texts) - 1 or len(made.taken)):
            listed = ", ".join(isolate(name) for name in names)
            yield issue("columns", _(text).format(names=listed), n=len(names), level="info",
                        outcome="")  # fmt: skip


def _lost(plan: Plan, made: Replacement) -> Issue | None:
    """Units that go without anything in their place, figures and all."""
    rows = made.gone[~np.isin(made.gone, made.succession.old)]
    if not len(rows):
        return None
    text = ngettext(
        "{n} area goes and nothing takes its place; its figures go with it: {names}",
        "{n} areas go and nothing takes their place; their figures go with them: {names}",
        len(rows),
    )
    names = _listed([str(plan.units.names[r]) for r in rows.tolist()])
    return issue("gone", text.format(n=number(len(rows)), names=names), n=len(rows), outcome="")


def _homeless(plan: Plan, made: Replacement) -> int:
    was, now = plan.accounts.unit, made.succession.homes
    return int((plan.accounts_present & (was >= 0) & (now < 0)).sum())


def _half_covered(plan: Plan, made: Replacement) -> Iterator[Issue]:
    ahead = made.succession
    covered = np.bincount(ahead.old, ahead.area, ahead.n_old)
    areas = made.comparison.overlaps.old_areas
    rows = made.gone[np.isin(made.gone, ahead.old)]
    rows = rows[covered[rows] < _COVERED * areas[rows]]
    if len(rows):
        text = ngettext(
            "The file covers less than half of {n} area that goes: {names}",
            "The file covers less than half of each of {n} areas that go: {names}",
            len(rows),
        )
        names = _listed([str(plan.units.names[r]) for r in rows.tolist()])
        yield issue("half_covered", text.format(n=number(len(rows)), names=names), n=len(rows),
                    outcome="")  # fmt: skip


def _double_codes(plan: Plan, made: Replacement) -> Iterator[Issue]:
    """Codes of units that come and of others that stay."""
    if made.arrivals.units is None:
        return
    stays = plan.units_present.copy()
    stays[made.gone] = False
    stays[made.kept[:, 0]] = False
    both = sorted({*plan.units.codes[stays].tolist()} & {*made.arrivals.units.codes.tolist()})
    if both:
        text = ngettext(
            "{n} code belongs to an area that stays and to a new one: {codes}",
            "{n} codes belong to areas that stay and to new ones: {codes}",
            len(both),
        )
        yield issue("double_code", text.format(n=number(len(both)), codes=_listed(both)),
                    n=len(both), outcome="")  # fmt: skip
