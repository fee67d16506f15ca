"""A new plan of imported areas: ways over water to choose from, faults to look at, its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.arcs.faults import Fault
from terradesk.edits import Edit, Record, apply
from terradesk.i18n import N_, _, number
from terradesk.importing.choices import Choices
from terradesk.importing.outlining import as_objects, box_of, link_lines
from terradesk.importing.prepared import ARRIVES, CHANGES, NOTHING, PROBLEM, Item, Shown
from terradesk.plan import Plan, new_plan
from terradesk.readers import MadeUnits
from terradesk.readers.maps.islands import Crossing, crossings
from terradesk.readers.maps.repairs import area_text

_MOST_FAULTS = 200
_KM = 1000.0
_LAKE = 0.02  # of the least area around: smaller gaps are hardly lakes

_NOUNS = (
    (("count",), N_("county / counties")),
    (("zip", "zcta"), N_("ZIP area / ZIP areas")),
    (("post", "plz"), N_("postcode / postcodes")),
    (("kommun", "munic", "gemeinde", "commune", "gmin"), N_("municipality / municipalities")),
    (("distr", "powiat"), N_("district / districts")),
    (("state",), N_("state / states")),
)


def noun_of(*texts: str) -> str:
    """What an area is called, one and many with a slash, by names of layers and columns."""
    for text in texts:
        for hints, noun in _NOUNS:
            if any(hint in text.casefold() for hint in hints):
                return _(noun)
    return _("area / areas")


@dataclass(frozen=True, slots=True)
class Link:
    """A way over water that is proposed.

    Parameters
    ----------
    key : str
        Of its `Item`.
    crossing : Crossing
    is_near : bool
        Not wider than asked for.
    is_on : bool
        It will be made.
    """

    key: str
    crossing: Crossing
    is_near: bool
    is_on: bool


def links(made: MadeUnits, choices: Choices, wanted: bool, reach: float) -> list[Link]:
    """Ways over water between the areas.

    Parameters
    ----------
    made : MadeUnits
    choices : Choices
        Its ``left_out`` names those that are not wanted.
    wanted : bool
        Whether any are.
    reach : float
        Kilometres; wider ones are shown and not made.
    """
    out = []
    codes = made.units.codes
    for one in crossings(made.arcs) if wanted else []:
        key = f"link:{codes[one.a]}|{codes[one.b]}"
        is_near = one.metres <= reach * _KM
        out.append(Link(key, one, is_near, is_near and key not in choices.left_out))
    return out


def link_items(made: MadeUnits, found: Sequence[Link]) -> list[Item]:
    """The ways as items to look at."""
    return [
        Item(
            one.key,
            "link" if one.is_near else "far",
            f"{_called(made, one.crossing.a)} – {_called(made, one.crossing.b)}",
            after=_distance(one.crossing.metres),
            score=1.0 / (1.0 + one.crossing.metres / (20 * _KM)),
            is_on=one.is_on,
            rows=(int(made.rows[one.crossing.a]), int(made.rows[one.crossing.b])),
            units=(one.crossing.a, one.crossing.b),
        )
        for one in found
    ]


def _distance(metres: float) -> str:
    if metres == 0:
        return _("They meet in a corner")
    if metres < _KM:
        return _("{n} m apart").format(n=number(metres, 0))
    return _("{n} km apart").format(n=number(metres / _KM, 1))


def fault_items(made: MadeUnits) -> list[Item]:
    """Overlaps and gaps, the largest first."""
    return [
        Item(
            _fault_key(fault, k),
            "open" if fault.kind == "gap" and not fault.is_closed else fault.kind,
            " – ".join(_called(made, unit) for unit in fault.rows[:3])
            + (" …" if len(fault.rows) > 3 else ""),
            after=_size(fault),
            rows=tuple(int(made.rows[unit]) for unit in fault.rows),
            units=fault.rows,
            box=box_of(fault.shape),
        )
        for k, fault in enumerate(made.faults[:_MOST_FAULTS])
    ]


def _fault_key(fault: Fault, k: int) -> str:
    return f"{fault.kind}:{k}"


def _fault_state(fault: Fault, made: MadeUnits) -> int:
    """Closed gaps change; lakes and other large places without an area may be as they should."""
    if fault.kind == "overlap":
        return PROBLEM
    if fault.is_closed:
        return CHANGES
    is_small = fault.area < _LAKE * float(made.arcs.areas[list(fault.rows)].min())
    return PROBLEM if fault.is_sliver or is_small else NOTHING


def _size(fault: Fault) -> str:
    area = area_text(fault.area)
    if not fault.is_sliver:
        return area
    return _("{area}, a sliver about {m} m wide").format(area=area, m=number(fault.width, 0))


def groups() -> tuple[tuple[str, str], ...]:
    """Groups of the items with their headings."""
    return (
        ("link", _("Links, by which islands have neighbours")),
        ("far", _("Wider than asked for: not linked")),
        ("overlap", _("Overlaps: the smaller area keeps the common part")),
        ("gap", _("Narrow gaps that are closed")),
        ("open", _("Places between areas that belong to none")),
    )


def _called(made: MadeUnits, unit: int) -> str:
    return str(made.units.names[unit] or made.units.codes[unit])


def plan_of(made: MadeUnits, title: str, noun: str, found: Sequence[Link]) -> Plan:
    """The new plan.

    Parameters
    ----------
    made : MadeUnits
    title : str
    noun : str
        One and many with a slash.
    found : sequence of Link
        Those that are on become bridges.
    """
    one, _slash, many = (text.strip() for text in noun.partition("/"))
    settings = {"noun_one": one, "noun_many": many or one} if one else {}
    plan = new_plan(
        made.crs,
        made.units,
        made.arcs,
        title=title,
        columns=made.columns,
        measures=made.measures,
        settings=settings,
    )
    rows = [
        rec.Bridge(rec.new_uid(), plan.next_id + k, 0, link.crossing.a, link.crossing.b)
        for k, link in enumerate(link for link in found if link.is_on)
    ]
    if not rows:
        return plan
    records = tuple(Record("bridge", None, row) for row in rows)
    return apply(plan, Edit(N_("Linked islands"), {}, records=records))


def shown(plan: Plan, made: MadeUnits, found: Sequence[Link]) -> Shown:
    """The plan with places where areas overlap or leave gaps, and the ways over water.

    Areas without a place of their own are marked themselves.
    """
    units = np.full(len(plan.units), ARRIVES, np.uint8)
    units[made.arcs.areas == 0] = PROBLEM
    ways = link_lines(made.arcs, [(one.crossing.a, one.crossing.b) for one in found])
    faults = [one.shape for one in made.faults]
    states = [_fault_state(one, made) for one in made.faults]
    states += [ARRIVES if one.is_on else NOTHING for one in found]
    keys = [_fault_key(one, k) for k, one in enumerate(made.faults)]
    rows = np.full(int(made.rows.max(initial=-1)) + 1, -1, np.int64)
    rows[made.rows] = np.arange(len(made.rows))
    return Shown(
        unit_states=units,
        plan=plan,
        shapes=as_objects([*faults, *ways]),
        shape_states=np.array(states, np.uint8),
        shape_keys=(*keys, *(one.key for one in found)),
        quiet=_("stays as it is"),
        row_units=rows,
    )
