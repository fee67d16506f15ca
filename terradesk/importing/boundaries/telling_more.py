"""What further areas would do, in words: overlaps, codes that are taken, links, remarks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from terradesk.i18n import N_, _, ngettext, number, percent
from terradesk.importing.boundaries.columns import fitting_values, names_in_plan
from terradesk.importing.boundaries.joining import Addition, Wanted, link_key
from terradesk.importing.boundaries.newcomers import Newcomers, without
from terradesk.importing.outlining import as_objects, box_of, link_lines
from terradesk.importing.prepared import ARRIVES, NOTHING, PROBLEM, Count, Item, Shown
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport, Issue, issue

GROUPS = {
    "overlap": N_("Lies over areas of the plan"),
    "double": N_("Code is taken already"),
    "link": N_("Proposed links"),
}
"""Groups of the list, in order."""

_LISTED = 4


def groups() -> tuple[tuple[str, str], ...]:
    """Groups with their translated headings."""
    return tuple((key, _(title)) for key, title in GROUPS.items())


def overlap_key(code: str) -> str:
    """Key of the item of an area that overlaps others."""
    return f"overlap:{code}"


def double_key(code: str) -> str:
    """Key of the item of an area whose code is taken."""
    return f"double:{code}"


def items(plan: Plan, newcomers: Newcomers, made: Addition, wanted: Wanted) -> tuple[Item, ...]:
    """What a person may look at, decide and leave out."""
    out = []
    for row, units, share in made.overlapping:
        code = str(made.codes[row])
        is_on = wanted.cuts and overlap_key(code) not in wanted.left_out
        out.append(
            Item(
                overlap_key(code), "overlap", f"{newcomers.units.names[row]} ({code})",
                before=_names(plan, units),
                after=_("{share} of it is cut off").format(share=percent(share, signed=False))
                if is_on else _("Left out"),
                is_on=is_on, rows=_rows(newcomers, row), units=units,
                box=box_of(newcomers.shapes[row]),
            )
        )  # fmt: skip
    for row in np.flatnonzero(made.is_double).tolist():
        code = str(made.codes[row])
        title = f"{newcomers.units.names[row]} ({code})"
        out.append(
            Item(double_key(code), "double", title, after=_("Left out"), is_on=False,
                 rows=_rows(newcomers, row), box=box_of(newcomers.shapes[row]))
        )  # fmt: skip
    out += [
        _link(plan, newcomers, made, pair, wanted, line)
        for pair, line in zip(made.links, _ways(made), strict=True)
    ]
    return tuple(out)


def _rows(newcomers: Newcomers, row: int) -> tuple[int, ...]:
    found = int(newcomers.file_rows[row])
    return (found,) if found >= 0 else ()


def _names(plan: Plan, units: tuple[int, ...]) -> str:
    names = [str(plan.units.names[u]) for u in units[:_LISTED]]
    if len(units) > _LISTED:
        names.append(_("{n} more").format(n=number(len(units) - _LISTED)))
    return ", ".join(names)


def _link(
    plan: Plan,
    newcomers: Newcomers,
    made: Addition,
    pair: np.ndarray,
    wanted: Wanted,
    line: shapely.Geometry,
) -> Item:
    n_old = len(plan.units)
    names = [
        str(
            plan.units.names[row] if row < n_old else newcomers.units.names[made.taken[row - n_old]]
        )
        for row in pair.tolist()
    ]
    key = link_key(plan, pair, made.codes[made.taken])
    return Item(
        key, "link", " – ".join(names), is_on=key not in wanted.left_out,
        units=tuple(row for row in pair.tolist() if row < n_old), box=box_of(line),
    )  # fmt: skip


def _ways(made: Addition) -> list[shapely.Geometry]:
    """The lines of the proposed links."""
    if made.fitted is None:
        return []
    return link_lines(made.fitted.arcs, [(int(a), int(b)) for a, b in made.links.tolist()])


def counts(made: Addition, wanted: Wanted) -> tuple[Count, ...]:
    """Figures of what comes."""
    out = [Count("new", _("New areas"), len(made.taken), "ok")]
    n = len(made.overlapping)
    if n:
        out.append(Count("overlap", _(GROUPS["overlap"]), n, "" if wanted.cuts else "warning"))
    if made.is_double.any():
        out.append(Count("double", _(GROUPS["double"]), int(made.is_double.sum()), "warning"))
    if len(made.links):
        out.append(Count("link", _(GROUPS["link"]), len(made.links)))
    n_homes = len(made.changes[0].rows) if made.changes else 0
    if n_homes:
        out.append(Count("accounts", _("Accounts that get an area"), n_homes, "ok"))
    return tuple(out)


def report(
    plan: Plan, newcomers: Newcomers, made: Addition, wanted: Wanted, base: ImportReport
) -> ImportReport:
    """The report of the file with what is left out and what was done."""
    comes = np.zeros(len(newcomers.units), bool)
    comes[made.taken] = True
    over = np.zeros(len(comes), bool)
    over[[row for row, _units, _share in made.overlapping]] = True
    reasons = (
        ("double_code", made.is_double, ngettext(
            "{n} area has the code of an area of the plan and was left out; use a prefix.",
            "{n} areas have codes of areas of the plan and were left out; use a prefix.",
            int(made.is_double.sum()))),
        ("overlaps_plan", over & ~comes & ~made.is_double, ngettext(
            "{n} area lies over areas of the plan and was left out.",
            "{n} areas lie over areas of the plan and were left out.",
            int((over & ~comes & ~made.is_double).sum()))),
        ("no_room", ~over & ~comes & ~made.is_double, ngettext(
            "{n} area lies wholly in areas of the plan and was left out.",
            "{n} areas lie wholly in areas of the plan and were left out.",
            int((~over & ~comes & ~made.is_double).sum()))),
    )  # fmt: skip
    for kind, mask, text in reasons:
        rows = newcomers.file_rows[mask]
        if len(rows):
            base = without(base, kind, text.format(n=number(len(rows))), rows)
    return _with_remarks(plan, newcomers, made, wanted, base)


def _with_remarks(
    plan: Plan, newcomers: Newcomers, made: Addition, wanted: Wanted, base: ImportReport
) -> ImportReport:
    told = []
    if wanted.prefix:
        text = _("The codes of the new areas begin with {prefix}; those of the plan stay.")
        told.append(issue("prefix", text.format(prefix=wanted.prefix), n=1, level="info",
                          outcome=""))  # fmt: skip
    if made.fitted is not None:
        cut, filled = (int((v > 1).sum()) for v in (made.fitted.cut, made.fitted.filled))
        if cut:
            text = ngettext(
                "{n} new area was cut to the borders of the plan.",
                "{n} new areas were cut to the borders of the plan.",
                cut,
            )
            told.append(issue("fitted", text.format(n=number(cut)), n=cut, level="info",
                              outcome=""))  # fmt: skip
        if filled:
            text = ngettext(
                "{n} new area was stretched over a gap to the borders of the plan.",
                "{n} new areas were stretched over a gap to the borders of the plan.",
                filled,
            )
            told.append(issue("fitted", text.format(n=number(filled)), n=filled, level="info",
                              outcome=""))  # fmt: skip
    told += _texts_lost(plan, newcomers, made)
    return replace(base, issues=(*base.issues, *told))


def _texts_lost(plan: Plan, newcomers: Newcomers, made: Addition) -> list[Issue]:
    """Columns whose texts do not fit the plan's numbers."""
    out: list[Issue] = []
    for name, own in names_in_plan(plan, newcomers).items():
        cells = newcomers.units.columns[name]
        if cells.dtype != object or own not in plan.units.columns:
            continue
        values = fitting_values(plan, own, cells)
        n = (
            int((np.asarray(cells != "", bool) & np.isnan(values)).sum())
            if values.dtype != object
            else 0
        )
        if n:
            text = ngettext(
                "{n} cell of “{name}” is no number and stays empty.",
                "{n} cells of “{name}” are no numbers and stay empty.",
                n,
            )
            out.append(issue("not_number", text.format(n=number(n), name=own), n=n, outcome=""))
    return out


def shown(
    plan: Plan, newcomers: Newcomers, made: Addition, after: Plan | None, wanted: Wanted
) -> Shown:
    """The plan as it would be: what arrives, the links, outlines of what overlaps or stays out."""
    n_old = len(plan.units)
    states = np.full(len((after or plan).units), NOTHING, np.uint8)
    came = n_old + np.arange(len(made.taken)) if after is not None else np.empty(0, np.int64)
    states[came] = ARRIVES
    rows = np.full(int(newcomers.file_rows.max(initial=-1)) + 1, -1, np.int64)
    known = newcomers.file_rows[made.taken[: len(came)]]
    rows[known[known >= 0]] = came[known >= 0]
    over = {row: overlap_key(str(made.codes[row])) for row, _units, _share in made.overlapping}
    double = np.flatnonzero(made.is_double).tolist()
    out = over | {row: double_key(str(made.codes[row])) for row in double}
    links = [link_key(plan, pair, made.codes[made.taken]) for pair in made.links]
    return Shown(
        unit_states=states,
        plan=after,
        shapes=as_objects([*(newcomers.shapes[row] for row in out), *_ways(made)]),
        shape_states=np.array(
            [PROBLEM] * len(out) + [NOTHING if k in wanted.left_out else ARRIVES for k in links],
            np.uint8,
        ),
        shape_keys=(*out.values(), *links),
        quiet=_("not linked"),
        row_units=rows,
    )
