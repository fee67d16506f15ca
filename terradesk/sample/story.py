"""The sample plan: what a new user opens first, and the story that it tells."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from terradesk import paths
from terradesk import records as rec
from terradesk.i18n import N_, _
from terradesk.plan import KIND_OF, UNASSIGNED, Plan
from terradesk.progress import Progress, part, silent
from terradesk.sample.customers import account_columns, account_measures, sample_accounts
from terradesk.sample.maps import measure_uid, new_from_map
from terradesk.sample.uids import stable_uid

MAP = "us_county"
LOCKED = "Boston"
GAP_INTO = "Denver"

_CREATED = "2026-01-05T08:00:00+00:00"
_NOTES = (
    N_(
        "The customers are made from the order lines of an invented retailer (a sample data set "
        "under CC0): one account per ZIP and segment, with the sums of its sales and profit. The "
        "order lines name no customer, so the company names are invented, and so are the "
        "potentials."
    ),
    N_(
        "The prospects are invented too: {n} points at ZIP codes, in proportion to the "
        "establishments of the counties."
    ),
    N_("The sales reps are invented; where they live is the middle of a city."),
    N_(
        "The population of the counties is summed from ZIP areas and approximate; fifteen small "
        "counties have none."
    ),
)
_TIPS = (
    ("drag", N_("Drag the 3 outlined counties to Denver.")),
    ("card", N_("Watch the card while you drag: it shows before and after.")),
    ("undo", N_("Take it back with Undo: nothing is ever lost.")),
    ("export", N_("Hand it over: export the workbook, the shapefiles or the web map.")),
)


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip of the strip over the sample plan.

    Parameters
    ----------
    key : {"drag", "card", "undo", "export"}
    text : str
        Translated.
    codes : tuple of str
        Codes of the units to outline.
    territory : str
        Uid of the territory to drag them to; empty for none.
    """

    key: str
    text: str
    codes: tuple[str, ...] = ()
    territory: str = ""


def tips(plan: Plan) -> tuple[Tip, ...]:
    """Tips of a plan that was made from the sample; none for any other plan.

    Parameters
    ----------
    plan : Plan
    """
    try:
        kept = json.loads(plan.setting("tips") or "{}")
    except ValueError:
        return ()
    return tuple(
        Tip(key, _(text), tuple(kept[key].get("codes", ())), str(kept[key].get("territory", "")))
        for key, text in _TIPS
        if key in kept
    )


def make_plan(progress: Progress = silent) -> Plan:
    """The sample plan, the same every time: every uid depends on its content alone.

    25 territories on the US counties in two scenarios: the baseline "Today" and "My draft".

    Parameters
    ----------
    progress : callable, optional

    Returns
    -------
    Plan
        Its last scenario is the draft, which comes into view when it is opened.
    """
    plan = new_from_map(MAP, part(progress, 0.0, 0.6))
    assert plan.coverage is not None
    progress(0.6, _("Placing the accounts"))
    accounts = sample_accounts(plan.crs, plan.units, plan.coverage)
    progress(0.9, _("Drawing the territories"))
    rows = _Rows(replace(plan, accounts=accounts))
    labels = _fill(rows)
    progress(1.0, "")
    return replace(
        rows.plan,
        uid=stable_uid("sample", "plan", 1) + stable_uid("sample", "plan", 2),
        tables=rows.tables,
        assignments=dict.fromkeys(rows.alignments, labels),
        next_id=rows.next_id,
    )


class _Rows:
    """Small tables that are being filled; uids come from the kind and a key."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.next_id = plan.next_id
        self.alignments: tuple[int, ...] = ()
        replaced = {"scenario", "team", "alignment"}
        self.tables: dict[str, dict[tuple[int, str], rec.Row]] = {
            kind: {} if kind in replaced else dict(table) for kind, table in plan.tables.items()
        }

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def put(self, row: rec.Row) -> int:
        """Add a row as it is, with a new id when it has none."""
        row = row if row.id else replace(row, id=self.new_id())
        self.tables[KIND_OF[type(row)]][row.alignment, row.uid] = row
        return row.id

    def add(self, row_type: type[rec.Row], key: str, **fields: Any) -> int:
        """Add a row of the whole plan; its id."""
        uid = stable_uid("sample", KIND_OF[row_type], key)
        return self.put(row_type(uid, self.new_id(), **fields))

    def add_to_all(self, row_type: type[rec.Row], key: str, **fields: Any) -> int:
        """Add the same row to both scenarios; its id, the same in both."""
        uid, row_id = stable_uid("sample", KIND_OF[row_type], key), self.new_id()
        for alignment in self.alignments:
            self.put(row_type(uid, row_id, alignment, **fields))
        return row_id


def _fill(rows: _Rows) -> np.ndarray:
    """Fill the tables; the territory of each county, (n_units,) int32."""
    for row in (*account_columns(), *account_measures()):
        rows.put(row)
    _add_scenarios(rows)
    territories = _add_territories(rows)
    _add_named_accounts(rows, territories)
    rows.add_to_all(rec.Lock, LOCKED, kind="territory", ref=territories[LOCKED])
    n_prospects = int((rows.plan.accounts.column("sales") == 0).sum())
    for i, text in enumerate(_NOTES):
        rows.add(rec.Note, str(i), text=_(text).format(n=n_prospects))
    counties = {row["fips"]: row for row in _table("counties.csv")}
    _add_settings(rows, counties)
    own = [counties[code]["territory"] for code in rows.plan.units.codes]
    return np.array([territories.get(name, UNASSIGNED) for name in own], np.int32)


def _add_scenarios(rows: _Rows) -> None:
    team = rows.add(rec.Team, "field", name=_("Field sales"))
    today = rows.add(
        rec.Scenario,
        "today",
        name=_("Today"),
        is_baseline=True,
        status="approved",
        created=_CREATED,
    )
    draft = rows.add(rec.Scenario, "draft", name=_("My draft"), base=today, created=_CREATED)
    rows.alignments = tuple(
        rows.add(rec.Alignment, f"{scenario}", scenario=scenario, team=team)
        for scenario in (today, draft)
    )


def _add_territories(rows: _Rows) -> dict[str, int]:
    """Regions, territories and reps; the id of each territory by name."""
    regions: dict[str, int] = {}
    out = {}
    for row in _table("territories.csv"):
        region = row["region"]
        if region not in regions:
            regions[region] = rows.add_to_all(rec.Territory, f"r {region}", name=region, level=1)
        out[row["territory"]] = rows.add_to_all(
            rec.Territory,
            row["territory"],
            name=row["territory"],
            parent=regions[region],
            colour=int(row["colour"]),
        )
        if row["rep"]:
            _add_rep(rows, row, out[row["territory"]])
    return out


def _add_rep(rows: _Rows, row: Mapping[str, str], territory: int) -> None:
    rep = rows.add(
        rec.Rep,
        row["rep"],
        name=row["rep"],
        email=f"{row['rep'].lower().replace(' ', '.')}@example.com",
        role=_("Sales rep"),
        home_lon=float(row["lon"]),
        home_lat=float(row["lat"]),
        note=_("Invented; lives in {place}").format(place=row["home"]),
    )
    rows.add_to_all(rec.Staffing, row["rep"], territory=territory, rep=rep)


def _add_named_accounts(rows: _Rows, territories: Mapping[str, int]) -> None:
    row_of = {one: row for row, one in enumerate(rows.plan.accounts.ids)}
    for row in _table("named_accounts.csv"):
        rows.add_to_all(
            rec.Override,
            row["account"],
            account=row_of[row["account"]],
            territory=territories[row["territory"]],
            reason=row["reason"],
        )


def _add_settings(rows: _Rows, counties: Mapping[str, Mapping[str, str]]) -> None:
    gap = [code for code, row in counties.items() if row["story"] == "gap"]
    drag = {"codes": gap, "territory": stable_uid("sample", "territory", GAP_INTO)}
    kept = {key: drag if key == "drag" else {} for key, _text in _TIPS}
    settings = {
        "title": _("US field plan 2027"),
        "balance_measure": measure_uid("population"),
        "credits": f"{rows.plan.setting('credits')} · GeoNames",
        "tips": json.dumps(kept),
    }
    for key, value in settings.items():
        old = rows.tables["setting"].get((0, key))
        rows.put(rec.Setting(key, old.id if old else 0, value=value))


def _table(name: str) -> list[dict[str, str]]:
    with paths.resource("sample", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
