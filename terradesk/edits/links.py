"""Water links: two areas that count as neighbours although water parts them."""

from __future__ import annotations

from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import Plan

__all__ = ["are_neighbours", "link", "linked_with", "unlink"]


def are_neighbours(plan: Plan, a: int, b: int) -> bool:
    """Whether two units share a border; a point that they share is none."""
    if plan.arcs is None:
        return False
    near = plan.arcs.adjacency
    return b in near.neighbours[near.starts[a] : near.starts[a + 1]]


def linked_with(plan: Plan, unit: int) -> list[int]:
    """Rows of the present units that a water link joins to one, in the order they were made."""
    out: dict[int, None] = {}
    for row in plan.rows(rec.Bridge):
        other = {row.unit_a: row.unit_b, row.unit_b: row.unit_a}.get(unit, -1)
        if 0 <= other < len(plan.units) and other != unit and plan.units_present[other]:
            out[other] = None
    return list(out)


def link(plan: Plan, a: int, b: int, note: str = "") -> Edit | None:
    """Let two units count as neighbours.

    Parameters
    ----------
    plan : Plan
    a, b : int
        Unit rows.
    note : str
        What crosses the water: "Golden Gate Bridge".

    Returns
    -------
    Edit or None
        None when they are linked already.

    Raises
    ------
    TerraDeskError
        If they are the same, one is not there, or they share a border.
    """
    hint = _("Select two areas that water parts.")
    if a == b:
        raise TerraDeskError(_("An area cannot be linked with itself."), hint)
    if not all(0 <= u < len(plan.units) and plan.units_present[u] for u in (a, b)):
        raise TerraDeskError(_("One of the areas is no longer there."), hint)
    if are_neighbours(plan, a, b):
        raise TerraDeskError(
            _("{a} and {b} share a border: they are neighbours without a link.").format(
                **_names(plan, a, b)
            ),
            hint,
        )
    if b in linked_with(plan, a):
        return None
    row = rec.Bridge(rec.new_uid(), plan.next_id, 0, int(a), int(b), note)
    msgid = N_("Linked {a} and {b} over water")
    return Edit(msgid, _names(plan, a, b), records=(Record("bridge", None, row),))


def unlink(plan: Plan, a: int, b: int) -> Edit | None:
    """Take the water link between two units away; None when there is none.

    Parameters
    ----------
    plan : Plan
    a, b : int
        Unit rows, in any order.
    """
    records = tuple(
        Record("bridge", row, None)
        for row in plan.rows(rec.Bridge)
        if {row.unit_a, row.unit_b} == {int(a), int(b)}
    )
    msgid = N_("Removed the water link between {a} and {b}")
    return Edit(msgid, _names(plan, a, b), records=records) if records else None


def _names(plan: Plan, a: int, b: int) -> dict[str, str | int]:
    units = plan.units
    named = {k: str(units.names[u] or units.codes[u]) for k, u in (("a", a), ("b", b))}
    return {**named}
