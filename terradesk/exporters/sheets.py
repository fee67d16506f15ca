"""The sheets of the workbook as columns of plain values; `rows_to_xml` writes them.

Headings are fixed English keys, as the import filters of other programs expect them (AlignMix, Open
Door Logistics, Salesforce); codes and ids are text, so that 01234 stays 01234.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk import records as rec
from terradesk.accounts import PLACEMENT_TEXTS
from terradesk.exporters.actuals_sheet import actuals_columns
from terradesk.exporters.facts import Facts, heading, label_of, texts
from terradesk.exporters.rates_sheet import money_format, quoted, rates_columns
from terradesk.exporters.wording import plain
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.measures.values import known_values
from terradesk.plan import UNASSIGNED, Plan

TEXT, COUNT, NUMBER, MONEY, DEVIATION, INDEX, RATIO, AREA, DEGREES = (
    *("text", "count", "number", "money"),
    *("deviation", "index", "ratio", "area", "degrees"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One column of a sheet.

    Parameters
    ----------
    title : str
    values : ndarray, shape (n,)
        Texts (object) or numbers; NaN is left empty.
    kind : str
        How it is shown.
    decimals : int
        Of numbers and money.
    fills : sequence of str, optional
        ``#RRGGBB`` behind each cell.
    has_bars : bool
        Whether bars show how far from 0 the values are.
    currency : str, optional
        Of money; the plan's own unless given, empty for none.
    unit : str
        Written behind numbers.
    """

    title: str
    values: np.ndarray
    kind: str = TEXT
    decimals: int = 0
    fills: tuple[str, ...] = ()
    has_bars: bool = False
    currency: str | None = None
    unit: str = ""

    def part(self, start: int, stop: int) -> Field:
        """Some of the rows."""
        return replace(self, values=self.values[start:stop], fills=self.fills[start:stop])


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet that holds one table.

    Parameters
    ----------
    title : str
    fields : list of Field
        All of one length.
    """

    title: str
    fields: list[Field] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """Rows without the heading."""
        return len(self.fields[0].values) if self.fields else 0

    def parts(self, most: int) -> Iterator[Sheet]:
        """Sheets of at most `most` rows: the sheet itself if it fits."""
        if self.n_rows <= most:
            yield self
            return
        for k, start in enumerate(range(0, self.n_rows, most)):
            title = f"{self.title}{k + 1 if k else ''}"
            yield Sheet(title, [f.part(start, start + most) for f in self.fields])


def data_sheets(facts: Facts) -> list[Sheet]:
    """All sheets but the summary."""
    made = [territories(facts), hierarchy(facts), units(facts)]
    if facts.plan.accounts_present.any():
        made.append(accounts(facts))
    made += [sheet for sheet in (actuals(facts), rates(facts), notes(facts)) if sheet.n_rows]
    return [_unique(sheet) for sheet in made]


def _unique(sheet: Sheet) -> Sheet:
    """The sheet with headings that Excel accepts in a table."""
    taken: set[str] = set()
    out = []
    for f in sheet.fields:
        out.append(replace(f, title=heading(plain(f.title), taken)))
    return Sheet(sheet.title, out)


def measure_kind(measure: rec.Measure) -> str:
    """How values of a measure are shown."""
    return MONEY if measure.format == "money" else NUMBER


def measure_field(measure: rec.Measure, values: np.ndarray, ending: str = "") -> Field:
    """Figures of a measure under its name."""
    kind = measure_kind(measure)
    title, unit = f"{measure.name}{ending}", unit_of(measure)
    return Field(title, values, kind, measure.decimals, unit=unit)


def unit_of(measure: rec.Measure) -> str:
    """What is written behind the figures of a measure."""
    return measure.unit or ("h" if measure.format == "hours" else "")


def territories(facts: Facts) -> Sheet:
    """One row per territory, in tree order."""
    view, counts = facts.view, facts.counts
    leaves = view.leaves
    team = _team(facts)
    rows = [
        Field("TerritoryID", facts.ids[1:]),
        Field("TerritoryName", facts.names[1:]),
        Field("Type", texts([t.kind for t in leaves])),
        Field("Channel", texts([team.channel if team else ""] * len(leaves))),
        Field("ParentID", _ids(facts.districts[1:])),
        Field("ParentName", _names(facts.districts[1:])),
        Field("OwnerRepID", _ids(facts.reps[1:])),
        Field("OwnerName", _names(facts.reps[1:])),
        Field("Color", texts(facts.colours[1:]), fills=tuple(facts.colours[1:])),
        Field("Locked", texts([_yes(t.id in view.locked_territories) for t in leaves])),
        Field("Units", counts.units[1:], COUNT),
        Field("Accounts", counts.accounts[1:], COUNT),
        *_measure_fields(facts),
    ]
    if facts.plan.arcs is not None:
        rows.append(Field("AreaKm2", facts.areas[1:], AREA))
        rows.append(Field("Compactness", facts.compactness[1:], RATIO))
    if facts.contiguity is not None:
        rows.append(Field("Parts", facts.contiguity.parts[1:], COUNT))
        rows.append(Field("Holes", facts.contiguity.holes[1:], COUNT))
    rows.append(Field("Notes", texts([t.note for t in leaves])))
    return Sheet("Territories", rows)


def _team(facts: Facts) -> rec.Team | None:
    mine = next((a for a in facts.plan.rows(rec.Alignment) if a.id == facts.view.id), None)
    return next((t for t in facts.plan.rows(rec.Team) if mine and t.id == mine.team), None)


def _measure_fields(facts: Facts) -> Iterator[Field]:
    """Value, target and deviation of each measure; the first one is what the plan balances."""
    chosen = facts.balance.measure.uid if facts.balance else ""
    for measure in facts.summed:
        found = facts.balances[measure.uid]
        yield measure_field(measure, found.values[1:])
        yield measure_field(measure, found.targets[1:], "_ideal")
        is_chosen = measure.uid == chosen
        yield Field(f"{measure.name}_dev_pct", found.deviations[1:], DEVIATION, has_bars=is_chosen)
        if is_chosen:
            yield Field("Index", found.indices[1:], INDEX)


def hierarchy(facts: Facts) -> Sheet:
    """Which district and region each territory is in, with their managers."""
    owners = facts.view.owners
    rows = [Field("TerritoryID", facts.ids[1:]), Field("TerritoryName", facts.names[1:])]
    for word, nodes in (("District", facts.districts[1:]), ("Region", facts.regions[1:])):
        managers = [owners.get(n.id) if n else None for n in nodes]
        rows.append(Field(f"{word}ID", _ids(nodes)))
        rows.append(Field(f"{word}Name", _names(nodes)))
        rows.append(Field(f"{word}Manager", _names(managers)))
    return Sheet("Hierarchy", rows)


def units(facts: Facts) -> Sheet:
    """One row per unit with its territory; figures of accounts count those inside it."""
    plan = facts.plan
    rows = np.flatnonzero(plan.units_present)
    slots = facts.view.unit_slots[rows]
    out = [
        Field("UnitID", plan.units.codes[rows]),
        Field("UnitName", plan.units.names[rows]),
        Field("TerritoryID", facts.ids[slots]),
        Field("TerritoryName", facts.names[slots]),
        Field("DistrictID", _ids(facts.districts)[slots]),
        Field("RegionID", _ids(facts.regions)[slots]),
        *_columns(plan, "units", rows),
        *_formulas(facts, "units", rows),
    ]
    if plan.accounts_present.any():
        out.append(Field("Accounts", facts.unit_accounts[rows], COUNT))
    for measure in facts.summed:
        if measure.source == "accounts":
            out.append(measure_field(measure, facts.unit_values(measure)[rows]))
    if plan.arcs is not None:
        out.append(Field("AreaKm2", plan.arcs.areas[rows] / 1e6, AREA))
    return Sheet("UnitToTerritory", out)


def accounts(facts: Facts) -> Sheet:
    """One row per account with what it came with, its place, its territory and why."""
    plan, view = facts.plan, facts.view
    table = plan.accounts
    rows = np.flatnonzero(plan.accounts_present)
    slots = facts.account_slots[rows]
    unit = table.unit[rows]
    inside = unit >= 0
    codes = (
        np.where(inside, plan.units.codes[unit], "") if len(plan.units) else texts([""] * len(unit))
    )
    placements = texts([_(text) for text in PLACEMENT_TEXTS])
    named = [view.overrides.get(row) for row in rows.tolist()]
    return Sheet(
        "Accounts",
        [
            Field("AccountID", table.ids[rows]),
            Field("AccountName", table.names[rows]),
            *_columns(plan, "accounts", rows),
            *_formulas(facts, "accounts", rows),
            Field("Lat", table.lat[rows], DEGREES),
            Field("Lon", table.lon[rows], DEGREES),
            Field("GeocodeQuality", placements[table.placement[rows]]),
            Field("UnitID", codes),
            Field("TerritoryID", facts.ids[slots]),
            Field("TerritoryName", facts.names[slots]),
            Field("OwnerRepID", _ids(facts.reps)[slots]),
            Field("OwnerName", _names(facts.reps)[slots]),
            Field("AssignedBy", assigned_by(facts)[rows]),
            Field("NamedAccount", texts([_yes(o is not None) for o in named])),
            Field("NamedReason", texts([o.reason if o else "" for o in named])),
        ],
    )


def assigned_by(facts: Facts) -> np.ndarray:
    """(n_accounts,) why each account is where it is: unit, rule, override, or empty."""
    side, owners = facts.view.side, facts.view.account_territories
    out = texts([""] * len(owners))
    out[side.follows & (owners != UNASSIGNED)] = "unit"
    out[side.rows] = np.where(side.by_rule, "rule", "override")
    return out


def notes(facts: Facts) -> Sheet:
    """Remarks on the plan and on this design."""
    plan, view = facts.plan, facts.view
    found = [*plan.rows(rec.Note), *plan.rows(rec.Note, view.id)]
    subjects = [view.name_of(n.ref) if n.kind == "territory" else "" for n in found]
    return Sheet(
        "Notes",
        [
            Field("About", texts([n.kind for n in found])),
            Field("Name", texts(subjects)),
            Field("Note", texts([n.text for n in found])),
        ],
    )


def actuals(facts: Facts) -> Sheet:
    """What territories and reps have reached per period."""
    found = actuals_columns(facts)
    values = found.get("Value", np.empty(0))
    is_whole = np.array_equal(values, np.rint(values))
    kinds = {"Value": (NUMBER, 0 if is_whole else 2)}
    return Sheet("Actuals", [Field(t, v, *kinds.get(t, (TEXT, 0))) for t, v in found.items()])


def rates(facts: Facts) -> Sheet:
    """Other currencies of the amounts, and what one of each is worth."""
    kinds = {"Rate": (NUMBER, 6), "Amounts": (COUNT, 0)}
    found = rates_columns(facts.plan)
    return Sheet("Rates", [Field(t, v, *kinds.get(t, (TEXT, 0))) for t, v in found.items()])


def _formulas(facts: Facts, table: str, rows: np.ndarray) -> Iterator[Field]:
    """Measures by formula, row by row; what is unknown is left empty."""
    for measure in facts.formulas(table):
        yield measure_field(measure, known_values(facts.plan, measure)[rows])


def _columns(plan: Plan, table: str, rows: np.ndarray) -> Iterator[Field]:
    """The columns that were imported, under the names they have in the plan."""
    source = plan.units if table == "units" else plan.accounts
    meant = {c.name: c for c in plan.rows(rec.Column) if c.table == table}
    for name, values in source.columns.items():
        label = label_of(plan, table, name)
        if values.dtype == object:
            yield Field(label, values[rows])
            continue
        found = np.asarray(values[rows], float)
        known = found[np.isfinite(found)]
        decimals = 0 if np.array_equal(known, np.rint(known)) else 2
        is_money = name in meant and meant[name].format == "money"
        own = money.currency(plan, table, name)
        sign = ("" if own.startswith(money.PER_ROW) else own) if own else None
        kind = MONEY if is_money else NUMBER
        yield Field(label, found, kind, decimals, currency=sign)


def _ids(rows: list[rec.Territory | None] | list[rec.Rep | None]) -> np.ndarray:
    return texts([str(r.id) if r else "" for r in rows])


def _names(rows: list[rec.Territory | None] | list[rec.Rep | None]) -> np.ndarray:
    return texts([r.name if r else "" for r in rows])


def _yes(value: bool) -> str:
    return "yes" if value else ""


def number_format(kind: str, decimals: int, currency: str, unit: str = "") -> str:
    """How Excel shows a column."""
    figure = "#,##0" + ("." + "0" * decimals if decimals else "")
    behind = quoted(unit)
    return {
        TEXT: "@",
        MONEY: money_format(figure, currency),
        DEVIATION: "+0.0%;-0.0%;0.0%",
        INDEX: "0",
        RATIO: "0.000",
        DEGREES: "0.00000",
    }.get(kind, f'{figure}"\u00a0{behind}"' if behind else figure)
