"""Territories that come from outside, with their tree, fills and reps, into a plan."""

from __future__ import annotations

import colorsys
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk import palettes
from terradesk import records as rec
from terradesk.edits import Edit, Record, apply
from terradesk.edits.scenarios import set_baseline
from terradesk.edits.territories import new_territory
from terradesk.i18n import N_
from terradesk.importing.steps import numbered
from terradesk.plan import Plan
from terradesk.planning.starting import from_labels

_BASIC = {
    **{"red": "#ff0000", "orange": "#ff8800", "yellow": "#ffdd00", "green": "#00a000"},
    **{"teal": "#008888", "cyan": "#00c8ff", "blue": "#0040ff", "purple": "#8000c0"},
    **{"magenta": "#ff00c0", "pink": "#ff80b0", "brown": "#804020", "lime": "#a0ff00"},
}
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A territory as a file tells of it; empty texts say nothing.

    Parameters
    ----------
    name : str
    district, region : str
        Groups above it: its own, and that one's.
    rep, email : str
    colour : int
        Palette index, -1 for none.
    """

    name: str
    district: str = ""
    region: str = ""
    rep: str = ""
    email: str = ""
    colour: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Adopted:
    """What adopting comes to.

    Parameters
    ----------
    base : Plan
        The plan that `after` was made from.
    after : Plan
        The plan as it would be.
    alignment : int
        Where the territories are.
    n_locked, n_named : int
        Units that stay because they are locked; named accounts inside units that move.
    """

    base: Plan
    after: Plan
    alignment: int
    n_locked: int
    n_named: int


def adopt(
    plan: Plan,
    alignment: int,
    labels: np.ndarray,
    leaves: Sequence[Leaf],
    *,
    scenario: str = "",
    reason: str = "",
) -> Adopted:
    """Put territories into a scenario.

    Parameters
    ----------
    plan : Plan
    alignment : int
    labels : ndarray of int, shape (n_units,)
        Index into ``leaves``, or `starting.LEFT` or `starting.NONE`.
    leaves : sequence of Leaf
        With different names; a name that exists already is used, not made again.
    scenario : str
        Name of a new scenario that gets nothing else; empty: the one in view.
    reason : str

    Raises
    ------
    TerraDeskError
        There are too many territories.
    """
    base = now = numbered(plan)
    if scenario:
        now, alignment = _with_scenario(now, alignment, scenario)
    done = from_labels(now, alignment, labels, [leaf.name for leaf in leaves], reason=reason)
    now = apply(now, done.edit) if done.edit else now
    now = _hung(now, alignment, leaves)
    now = _filled(now, alignment, leaves)
    now = staffed(now, alignment, [(leaf.name, leaf.rep, leaf.email) for leaf in leaves])
    if now.baseline is None:
        edit = set_baseline(now, now.alignment(alignment).scenario.id)
        now = apply(now, edit) if edit else now
    return Adopted(base, now, alignment, done.n_locked, done.n_named)


def _put(plan: Plan, alignment: int, records: Sequence[Record]) -> Plan:
    if not records:
        return plan
    return apply(plan, Edit(N_("Import"), {}, records=tuple(records), alignment=alignment))


def _with_scenario(plan: Plan, alignment: int, name: str) -> tuple[Plan, int]:
    """The plan with an empty scenario that has the teams of the one in view."""
    old = plan.alignment(alignment).scenario
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    next_id = plan.next_id
    made = rec.Scenario(rec.new_uid(), next_id, name=name.strip(), base=old.id, created=now)
    records = [Record("scenario", None, made)]
    mine = 0
    for row in plan.rows(rec.Alignment):
        if row.scenario == old.id:
            next_id += 1
            copy = replace(row, uid=rec.new_uid(), id=next_id, scenario=made.id)
            records.append(Record("alignment", None, copy))
            mine = next_id if row.id == alignment else mine
    return _put(plan, 0, records), mine


def _hung(plan: Plan, alignment: int, leaves: Sequence[Leaf]) -> Plan:
    """Regions above districts above territories, as far as the file says."""
    regions = [(leaf.region, "") for leaf in leaves if leaf.region]
    plan = _with_groups(plan, alignment, regions, 2)
    districts = [(leaf.district, leaf.region) for leaf in leaves if leaf.district]
    plan = _with_groups(plan, alignment, districts, 1)
    above = [(leaf.name, leaf.district or leaf.region) for leaf in leaves]
    return _below(plan, alignment, [pair for pair in above if pair[1]], is_leaf=True)


def _with_groups(plan: Plan, alignment: int, pairs: Sequence[tuple[str, str]], level: int) -> Plan:
    view = plan.alignment(alignment)
    have = {node.name for node in view.territories.values() if node.level > 0}
    records: list[Record] = []
    for name in dict.fromkeys(name for name, _above in pairs if name not in have):
        node = new_territory(plan, alignment, name, level=level, offset=len(records), colour=0)
        records.append(Record("territory", None, node))
    plan = _put(plan, alignment, records)
    return _below(plan, alignment, [pair for pair in pairs if pair[1]], is_leaf=False)


def _below(plan: Plan, alignment: int, pairs: Sequence[tuple[str, str]], is_leaf: bool) -> Plan:
    """Nodes below groups, by their names; nothing is hung below itself."""
    view = plan.alignment(alignment)
    groups = {node.name: node for node in view.territories.values() if node.level > 0}
    own = {node.name: node for node in view.leaves} if is_leaf else groups
    records = []
    for name, above in dict(pairs).items():
        node, parent = own.get(name), groups.get(above)
        if node and parent and node.id != parent.id and node.parent != parent.id:
            records.append(Record("territory", node, replace(node, parent=parent.id)))
    return _put(plan, alignment, records)


def _filled(plan: Plan, alignment: int, leaves: Sequence[Leaf]) -> Plan:
    nodes = {node.name: node for node in plan.alignment(alignment).leaves}
    records = [
        Record("territory", nodes[leaf.name], replace(nodes[leaf.name], colour=leaf.colour))
        for leaf in leaves
        if leaf.colour >= 0 and leaf.name in nodes and nodes[leaf.name].colour != leaf.colour
    ]
    return _put(plan, alignment, records)


def staffed(plan: Plan, alignment: int, wanted: Sequence[tuple[str, str, str]]) -> Plan:
    """The plan with owners of territories.

    Parameters
    ----------
    plan : Plan
    alignment : int
    wanted : sequence of (territory, name, e-mail)
        Reps that the plan does not have are made.
    """
    wanted = list({one[0]: one for one in wanted if one[1] or one[2]}.values())
    reps = plan.rows(rec.Rep)
    by_email = {rep.email.casefold(): rep for rep in reps if rep.email}
    by_name = {rep.name.casefold(): rep for rep in reversed(reps)}
    records: list[Record] = []
    for _territory, name, email in wanted:
        known = by_email.get(email.casefold()) if email else by_name.get(name.casefold())
        if known is None:
            made = rec.Rep(
                rec.new_uid(), plan.next_id + len(records), name=name or email, email=email
            )
            records.append(Record("rep", None, made))
            by_name[made.name.casefold()] = made
            by_email |= {email.casefold(): made} if email else {}
    plan = _put(plan, alignment, records)
    view = plan.alignment(alignment)
    ids = {node.name: node.id for node in view.leaves}
    rows = plan.rows(rec.Staffing, alignment)
    records, n_new = [], 0
    for territory, name, email in wanted:
        rep = by_email[email.casefold()] if email else by_name[name.casefold()]
        old = [s for s in rows if s.territory == ids.get(territory) and s.role == "owner"]
        if territory not in ids or any(s.rep == rep.id for s in old):
            continue
        records += [Record("staffing", s, None) for s in old]
        made_row = rec.Staffing(
            rec.new_uid(), plan.next_id + n_new, alignment, territory=ids[territory], rep=rep.id
        )
        records.append(Record("staffing", None, made_row))
        n_new += 1
    return _put(plan, alignment, records)


def colour_of(text: str) -> int:
    """Palette index nearest to a colour: ``#1f77b4``, ``blue`` or a number from 1; -1 if none."""
    text = text.strip().casefold()
    if text.isdigit() and len(text) < 4 and int(text) > 0:
        return (int(text) - 1) % palettes.N_FILLS
    match = _HEX.fullmatch(_BASIC.get(text, text))
    if match is None:
        return -1
    hue = _hue(match[1])
    fills = [_hue(fill.lstrip("#")) for fill in palettes.territory_colours()]
    apart = [min(abs(hue - one), 1 - abs(hue - one)) for one in fills]
    return int(np.argmin(apart))


def _hue(text: str) -> float:
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return colorsys.rgb_to_hsv(red, green, blue)[0]
