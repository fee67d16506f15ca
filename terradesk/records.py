"""Rows of the plan's small tables: scenarios, territories, reps, overrides and the like.

Each row has a ``uid`` (random, stable for ever, the same in a copied scenario) and an ``id`` (a
whole number of this plan that goes with the uid and is never reused).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


def new_uid() -> str:
    """A random 64-bit identifier as 16 hex digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Row:
    """What every row has; ``alignment`` 0 means the whole plan."""

    uid: str
    id: int
    alignment: int = 0


@dataclass(frozen=True, slots=True)
class Scenario(Row):
    """One complete design. ``base`` is the id of the scenario it was copied from."""

    name: str = ""
    is_baseline: bool = False
    status: str = "draft"  # draft, approved
    base: int = 0
    created: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Team(Row):
    """A sales force with its own assignment."""

    name: str = ""
    kind: str = "field"  # field, specialist, partner
    channel: str = "direct"  # direct, indirect


@dataclass(frozen=True, slots=True)
class Alignment(Row):
    """One scenario x one team; its ``id`` is the alignment number used everywhere else."""

    scenario: int = 0
    team: int = 0


@dataclass(frozen=True, slots=True)
class Territory(Row):
    """A node of the tree: ``level`` 0 is a leaf that owns units, higher levels group."""

    name: str = ""
    parent: int = 0
    level: int = 0
    colour: int = 0  # index into palettes.territory_colours
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rep(Row):
    """A person who sells; ``home_lon``/``home_lat`` in degrees or None."""

    name: str = ""
    email: str = ""
    role: str = ""
    manager: int = 0
    home_lon: float | None = None
    home_lat: float | None = None
    hired: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Staffing(Row):
    """A rep in a territory; ``share`` of the rep's time, dates ISO or empty."""

    territory: int = 0
    rep: int = 0
    role: str = "owner"
    share: float = 1.0
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Override(Row):
    """An account (row) assigned by itself: a named account."""

    account: int = -1
    territory: int = -1
    kind: str = "named"  # named, exception, family
    reason: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Rule(Row):
    """A formula over account columns that assigns accounts; lower ``priority`` goes first."""

    name: str = ""
    formula: str = ""
    territory: int = -1
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Lock(Row):
    """What must not change: a ``territory`` (its id) or a ``unit`` (its row) in ``ref``."""

    kind: str = "territory"
    ref: int = 0


@dataclass(frozen=True, slots=True)
class Seed(Row):
    """Where a territory starts: a place in degrees, and the ``unit`` (row) it lies in.

    The builder keeps the territory around it when ``is_fixed``, else it only begins there.
    """

    territory: int = 0
    unit: int = -1
    lon: float = 0.0
    lat: float = 0.0
    is_fixed: bool = True


@dataclass(frozen=True, slots=True)
class Bridge(Row):
    """A water link: two units (rows) that count as neighbours."""

    unit_a: int = -1
    unit_b: int = -1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Barrier(Row):
    """Two units (rows) whose common border no territory of the builder may cross."""

    unit_a: int = -1
    unit_b: int = -1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure(Row):
    """A figure summed per territory: a ``column`` of ``units`` or ``accounts``, or a count.

    With a ``formula`` over the columns of ``source`` that is summed instead of a column. ``unit``
    is written behind the figure: h, visits, t.
    """

    name: str = ""
    source: str = "accounts"  # units, accounts, n_units, n_accounts, area
    column: str = ""
    format: str = "number"  # number, money, area
    decimals: int = 0
    formula: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Target(Row):
    """What a territory should reach of a measure (by its uid); without one: an equal share."""

    territory: int = 0
    measure: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Column(Row):
    """What a column of ``units`` or ``accounts`` means.

    ``currency`` of money: empty for the plan's own, a code (EUR), or ``=`` and the name of the
    column that holds each row's code (=Currency).
    """

    table: str = "accounts"
    name: str = ""
    label: str = ""
    role: str = (
        "text"  # id, name, amount, rate, code, text, owner, street, city, state, postcode...
    )
    format: str = "number"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class BatchRow(Row):
    """One import; ``id`` is the batch number. Undo hides the rows of the whole batch.

    ``table`` is the big table that rows were added to, empty where none was.
    """

    table: str = "accounts"
    source: str = ""
    imported: str = ""
    n_rows: int = 0
    report: str = ""  # JSON of the import report
    kind: str = ""  # key of terradesk.importing.KINDS
    choices: str = ""  # JSON of what was chosen


@dataclass(frozen=True, slots=True)
class Actual(Row):
    """What a territory or a rep (its id in ``ref``) has reached of something in a period."""

    kind: str = "territory"  # territory, rep
    ref: int = 0
    name: str = ""  # of the figure: Sales
    period: str = ""  # 2026, 2026-Q1, 2026-03 ...
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment(Row):
    """A named group of accounts by formula."""

    name: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Note(Row):
    """A remark on the plan, a territory, unit or account."""

    kind: str = "plan"
    ref: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class View(Row):
    """A remembered view of the map."""

    name: str = ""
    lon: float = 0.0
    lat: float = 0.0
    width_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting(Row):
    """One setting of the plan; ``uid`` is its key, ``value`` its text."""

    value: str = ""


KINDS: Mapping[str, type[Row]] = {
    "scenario": Scenario,
    "team": Team,
    "alignment": Alignment,
    "territory": Territory,
    "rep": Rep,
    "staffing": Staffing,
    "override": Override,
    "rule": Rule,
    "lock": Lock,
    "seed": Seed,
    "bridge": Bridge,
    "barrier": Barrier,
    "measure": Measure,
    "target": Target,
    "column": Column,
    "batch": BatchRow,
    "actual": Actual,
    "segment": Segment,
    "note": Note,
    "view": View,
    "setting": Setting,
}

PER_ALIGNMENT = ("territory", "staffing", "override", "rule", "lock", "seed", "target", "note")
"""Kinds that belong to one alignment and are copied with a scenario."""


def to_fields(row: Row) -> dict[str, Any]:
    """All fields of a row except ``uid`` and ``alignment``, ready for JSON."""
    values = asdict(row)
    del values["uid"], values["alignment"]
    return values


def from_fields(kind: str, uid: str, alignment: int, values: Mapping[str, Any]) -> Row:
    """The row of a kind; unknown fields (of a newer version) are left out.

    Raises
    ------
    KeyError
        If the kind is unknown.
    """
    row_type = KINDS[kind]
    known = {f.name for f in fields(row_type)}
    return row_type(uid=uid, alignment=alignment, **{k: v for k, v in values.items() if k in known})
