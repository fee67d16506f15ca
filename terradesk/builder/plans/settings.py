"""Settings of the builder for a plan: what somebody asked, remembered as text in the plan."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from terradesk import records as rec
from terradesk.builder.problem import BadWish
from terradesk.edits import Edit, Record
from terradesk.i18n import N_, _
from terradesk.plan import Plan

KEY = "build"
"""Setting of the plan that remembers them."""

_FORMAT = 1

MODES = ("new", "fill", "rebalance", "carve", "absorb", "split", "nested", "selected")
"""What to do: build all anew; give out what is unassigned; improve what exists; cut new
territories out of the present ones; share a territory out among the others; part a territory into
several; build inside each region; share out the selected units only."""

MODE_TEXTS: Mapping[str, str] = {
    "new": N_("nothing: new territories"),
    "fill": N_("only what is unassigned"),
    "rebalance": N_("the plan as it is"),
    "carve": N_("the plan, a new territory carved out"),
    "absorb": N_("the plan without a territory"),
    "split": N_("one territory, in parts"),
    "nested": N_("states or regions, nested"),
    "selected": N_("only what is selected"),
}
"""What each mode starts from."""

SEEDS = ("off", "fixed", "begin", "reps")
"""Start points: ignored; territories stay around those that are fixed (begin at them, where none
is); a build from nothing begins at all of them; homes of reps are fixed start points."""

REACH = ("only", "near", "all")
"""Who changes when territories are shared out or cut out: only what is concerned and the
territories beside it receive; those beside it and around them as far as tolerance needs; all."""

CONTIGUITY = ("edge", "corner", "off")
TARGETS = ("equal", "own")
NAMES = ("places", "numbered")


@dataclass(frozen=True, slots=True)
class Wish:
    """One measure to balance by.

    Parameters
    ----------
    measure : str
        Its uid; "" is the measure the plan is balanced by.
    tolerance : float
        Accepted deviation as a fraction of the target.
    weight : float
        How much it counts among the others.
    minimum, maximum : float or None
        What each territory must have at least and at most, in the measure's own unit.
    target : {"equal", "own"}
        Equal shares, or those targets that the plan gives to territories.
    """

    measure: str = ""
    tolerance: float = 0.1
    weight: float = 1.0
    minimum: float | None = None
    maximum: float | None = None
    target: str = "own"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the builder is asked to do with a plan.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    n_territories : int
        How many there should be in the end ("split": parts; "carve": new ones); 0 = as many as
        there are, as many as ``capacity`` asks for, or two parts, one new one.
    capacity : float
        Most of ``capacity_measure`` that one territory can serve; chooses the number where
        ``n_territories`` is 0. 0 = not used.
    capacity_measure : str
        Uid; "" is the first wish's.
    wishes : tuple of Wish
        Measures; none = the one the plan is balanced by, within the plan's tolerance.
    compactness, keep, keep_districts : float
        0 ... 1, see `Options`.
    keep_measure : str
        Uid of what counts as kept; "" is the first wish's.
    handover_most : int
        Most accounts that one territory may hand over, and take over; 0 = no limit.
    contiguity : {"edge", "corner", "off"}
    barriers : bool
        Whether borders that the plan marks as barriers keep territories apart.
    seeds : {"off", "fixed", "begin", "reps"}
        See `SEEDS`.
    district_column : str
        Column of the units, such as the state, whose values stay whole where avoidable; for
        "nested" the regions, where "" means the groups of the tree.
    keep_locked : bool
        Leave locked territories and areas as they are.
    reach : {"only", "near", "all"}
        "absorb", "carve": see `REACH`. A new territory needs "near" at least.
    leaves_unassigned : bool
        "rebalance": leave what is unassigned so.
    territories : tuple of int
        Ids of those concerned; () = all. "absorb": those that go; "split": the one to part.
    shares : tuple of (int, float)
        Territory id, -1 for those to be made, and the share of a full territory that it should
        have (part-time or new reps); others have that of their owner's staffing, usually 1.
    names : {"places", "numbered"}
        How new territories are called.
    effort : float
    starts, seed : int
        See `Options`.
    """

    mode: str = "rebalance"
    n_territories: int = 0
    capacity: float = 0.0
    capacity_measure: str = ""
    wishes: tuple[Wish, ...] = ()
    compactness: float = 0.5
    keep: float = 0.5
    keep_districts: float = 0.5
    keep_measure: str = ""
    handover_most: int = 0
    contiguity: str = "edge"
    barriers: bool = True
    seeds: str = "fixed"
    district_column: str = ""
    keep_locked: bool = True
    reach: str = "near"
    leaves_unassigned: bool = False
    territories: tuple[int, ...] = ()
    shares: tuple[tuple[int, float], ...] = ()
    names: str = "places"
    effort: float = 1.0
    starts: int = 1
    seed: int = 1

    def to_json(self) -> str:
        """As text; `from_json` restores it."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, sort_keys=True)

    def check(self) -> None:
        """Refuse what means nothing, whatever the plan.

        Raises
        ------
        BadWish
        """
        is_sane = (
            self.mode in MODES
            and self.seeds in SEEDS
            and self.reach in REACH
            and self.contiguity in CONTIGUITY
            and isinstance(self.n_territories, int)
            and 0 <= self.capacity < math.inf
            and self.handover_most >= 0
        )
        if not is_sane:
            raise BadWish(
                _("These settings of the builder make no sense."),
                _("Numbers are 0 or more; see the documentation for the words that are known."),
            )

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Settings from text; what is damaged, missing or of a later version is as usual."""
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(found, dict) or found.get("format") != _FORMAT:
            return cls()
        return _restored(cls(), found, _FIELDS)


def _restored(usual: Any, found: Mapping[str, Any], readers: Mapping[str, Any]) -> Any:
    """A dataclass with what can be read; each bad field keeps its usual value."""
    out = {}
    for field in fields(usual):
        if field.name in found and field.name in readers:
            try:
                out[field.name] = readers[field.name](found[field.name])
            except (TypeError, ValueError, KeyError, OverflowError):
                continue
    return replace(usual, **out)


def _one_of(known: tuple[str, ...]) -> Any:
    return lambda value: known[known.index(value)]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _within(low: float, high: float) -> Any:
    def read(value: Any) -> float:
        found = float(value)
        if isinstance(value, str | bool) or not low <= found <= high:
            raise ValueError
        return found

    return read


def _whole(low: int, high: int) -> Any:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return read


_AMOUNT = _within(0.0, 1e300)
_SHARE = _within(0.0, 1.0)
_ID = _whole(0, 2**62)


def _limit(value: Any) -> float | None:
    return None if value is None else float(_AMOUNT(value))


_WISH = {
    "measure": _text,
    "tolerance": _within(1e-9, 1.0),
    "weight": _AMOUNT,
    "minimum": _limit,
    "maximum": _limit,
    "target": _one_of(TARGETS),
}


def _wishes(value: Any) -> tuple[Wish, ...]:
    return tuple(_restored(Wish(), dict(one), _WISH) for one in value)


_FIELDS = {
    "mode": _one_of(MODES),
    "n_territories": _whole(0, 10_000),
    "capacity": _AMOUNT,
    "capacity_measure": _text,
    "wishes": _wishes,
    "compactness": _SHARE,
    "keep": _SHARE,
    "keep_districts": _SHARE,
    "keep_measure": _text,
    "handover_most": _whole(0, 2**53),
    "contiguity": _one_of(CONTIGUITY),
    "barriers": _flag,
    "seeds": _one_of(SEEDS),
    "district_column": _text,
    "keep_locked": _flag,
    "reach": _one_of(REACH),
    "leaves_unassigned": _flag,
    "territories": lambda value: tuple(_ID(v) for v in value),
    "shares": lambda value: tuple(
        (_whole(-1, 2**62)(t), _within(1e-6, 100.0)(s)) for t, s in value
    ),
    "names": _one_of(NAMES),
    "effort": _within(0.01, 1000.0),
    "starts": _whole(1, 1000),
    "seed": _whole(0, 2**31 - 1),
}


# ---------------------------------------------------------------------- in the plan
def remembered(plan: Plan) -> Settings | None:
    """What was asked when a build was last accepted, or None."""
    row = plan.row("setting", KEY)
    return Settings.from_json(row.value) if isinstance(row, rec.Setting) and row.value else None


def settings_for(plan: Plan, alignment: int) -> Settings:
    """What to begin with: the remembered settings as far as they fit, else what suits the plan.

    A plan without territories is built anew, a half-drawn one filled, another one improved.

    Parameters
    ----------
    plan : Plan
    alignment : int
    """
    view = plan.alignment(alignment)
    found = remembered(plan)
    ids = {t.id for t in view.leaves}
    if found is not None:
        shares = tuple((t, s) for t, s in found.shares if t in ids)
        kept = replace(found, territories=(), shares=shares)
        if kept.mode in ("new", "nested"):
            return kept
        is_known = kept.mode in ("fill", "rebalance") and bool(ids)
        mode = kept.mode if is_known else "rebalance" if ids else "new"
        return replace(kept, mode=mode, n_territories=0 if ids else 25)  # as many as there are now
    has_units = bool((view.unit_slots > 0).any())
    if not ids or not has_units:
        return Settings(mode="new", n_territories=len(ids) or 25, keep=0.0)
    is_full = bool((view.unit_slots[plan.units_present] > 0).all())
    return Settings(mode="rebalance" if is_full else "fill")


def remembering(plan: Plan, settings: Settings, row_id: int) -> Record | None:
    """The record that remembers settings in the plan; None when it does already.

    Parameters
    ----------
    plan : Plan
    settings : Settings
    row_id : int
        Id of the row should it be made.
    """
    old, text = plan.row("setting", KEY), settings.to_json()
    if isinstance(old, rec.Setting) and old.value == text:
        return None
    return Record("setting", old, rec.Setting(KEY, old.id if old else row_id, value=text))


def remember(plan: Plan, settings: Settings) -> Edit | None:
    """Remember settings without building, as a step of its own; None when nothing changes."""
    record = remembering(plan, settings, plan.next_id)
    msgid = N_("Remembered the settings of the builder")
    return Edit(msgid, records=(record,)) if record else None
