"""Accounts of the sample: customers from the order lines, prospects at ZIP points."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp
from typing import Any

import numpy as np

from terradesk import paths, projection
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS, Accounts
from terradesk.arcs import Arcs
from terradesk.arcs.picking import Picker
from terradesk.i18n import N_, _
from terradesk.sample.names import SEGMENTS, company_names
from terradesk.sample.uids import stable_hash, stable_uid
from terradesk.units import Units

N_PROSPECTS = 1500
CUSTOMER, PROSPECT = "Customer", "Prospect"

_COLUMNS = (
    ("status", N_("Status"), "text", "number"),
    ("segment", N_("Segment"), "text", "number"),
    ("city", N_("City"), "city", "number"),
    ("state", N_("State"), "state", "number"),
    ("postcode", N_("ZIP"), "postcode", "number"),
    ("sales", N_("Sales"), "amount", "money"),
    ("profit", N_("Profit"), "amount", "money"),
    ("orders", N_("Order lines"), "amount", "number"),
    ("potential", N_("Potential"), "amount", "money"),
)
_LETTERS = {"Consumer": "C", "Corporate": "B", "Home Office": "H"}
_MEDIAN_POTENTIAL, _SPREAD = 900.0, 0.8  # dollars; of the logarithm


@dataclass(slots=True)
class _Account:
    id: str
    segment: str
    city: str
    state: str
    postcode: str
    lon: float
    lat: float
    county: str
    is_customer: bool = True
    sales: list[float] = field(default_factory=list)
    profits: list[float] = field(default_factory=list)
    potential: float = 0.0


def sample_accounts(crs: str, units: Units, arcs: Arcs) -> Accounts:
    """One customer per ZIP and segment of the order lines, then the prospects.

    Parameters
    ----------
    crs : str
        Of the plan.
    units : Units
        Counties with their ``establishments``.
    arcs : Arcs
        Of the counties.
    """
    zips = _rows("us_zips.csv.gz")
    found = [*_customers(zips), *_prospects(zips, units)]
    lon, lat = np.array([a.lon for a in found]), np.array([a.lat for a in found])
    xy = projection.to_plan(np.column_stack((lon, lat)), "EPSG:4326", crs)
    return Accounts(
        ids=_texts(found, "id"),
        names=np.array(company_names([a.id for a in found], [a.segment for a in found]), object),
        x=xy[:, 0],
        y=xy[:, 1],
        lon=lon,
        lat=lat,
        unit=_counties(found, xy, units, arcs),
        placement=np.full(len(found), PLACEMENTS.index("postcode"), np.uint8),
        columns=_columns(found),
    )


def account_columns() -> tuple[rec.Column, ...]:
    """What the columns of the accounts mean."""
    return tuple(
        rec.Column(
            stable_uid("column", "accounts", name),
            0,
            name=name,
            label=_(label),
            role=role,
            format=kind,
        )
        for name, label, role, kind in _COLUMNS
    )


def account_measures() -> tuple[rec.Measure, ...]:
    """Sums of the accounts' amounts, and their number."""
    sums = tuple(
        rec.Measure(stable_uid("measure", name), 0, name=_(label), column=name, format=kind)
        for name, label, role, kind in _COLUMNS
        if role == "amount"
    )
    number = rec.Measure(
        stable_uid("measure", "n_accounts"), 0, name=_("Number of accounts"), source="n_accounts"
    )
    return (*sums, number)


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(paths.resource(name), "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _customers(zips: list[dict[str, str]]) -> list[_Account]:
    county = {row["zip"]: row["county_fips"] for row in zips}
    found: dict[str, _Account] = {}
    for row in _rows("superstore_orders_us.csv.gz"):
        key = f"{row['zip']}-{_LETTERS[row['Segment']]}"
        if key not in found:
            found[key] = _Account(
                key,
                row["Segment"],
                row["City"],
                row["State"],
                row["zip"],
                float(row["lon"]),
                float(row["lat"]),
                county.get(row["zip"], ""),
            )
        found[key].sales.append(float(row["Sales"]))
        found[key].profits.append(float(row["Profit"]))
    for account in found.values():
        growth = 1.15 + stable_hash("growth", account.id) % 1000 / 800
        account.potential = float(round(sum(account.sales) * growth))
    return [found[key] for key in sorted(found)]


def _prospects(zips: list[dict[str, str]], units: Units) -> list[_Account]:
    """Prospects at equal steps through the establishments, counted county by county."""
    places = _places(zips, units)
    reached = list(accumulate(weight for weight, _row in places))
    step = reached[-1] / N_PROSPECTS
    marks = (np.arange(N_PROSPECTS) + 0.5) * step
    rows = [places[i][1] for i in np.searchsorted(reached, marks).tolist()]
    number: dict[str, int] = defaultdict(int)
    out = []
    for row in rows:
        number[row["zip"]] += 1
        out.append(_prospect(row, f"{row['zip']}-P{number[row['zip']]}"))
    return out


def _places(zips: list[dict[str, str]], units: Units) -> list[tuple[float, dict[str, str]]]:
    """Settled ZIP areas by county with their share of its establishments, by population."""
    firms = dict(zip(units.codes, np.nan_to_num(units.column("establishments")), strict=True))
    settled = [r for r in zips if float(r["population"] or 0) > 0 and r["county_fips"] in firms]
    people: dict[str, float] = defaultdict(float)
    for row in settled:
        people[row["county_fips"]] += float(row["population"])
    settled.sort(key=lambda row: (row["county_fips"], row["zip"]))
    return [
        (
            float(firms[r["county_fips"]]) * float(r["population"]) / people[r["county_fips"]],
            r,
        )
        for r in settled
    ]


def _prospect(row: dict[str, str], key: str) -> _Account:
    spread = sum(stable_hash("potential", key, i) % 2001 / 1000 - 1 for i in range(3))
    return _Account(
        key,
        SEGMENTS[stable_hash("segment", key) % len(SEGMENTS)],
        row["primary_city"],
        row["state"],
        row["zip"],
        float(row["lon"]),
        float(row["lat"]),
        row["county_fips"],
        is_customer=False,
        potential=float(round(_MEDIAN_POTENTIAL * exp(_SPREAD * spread), -1)),
    )


def _texts(found: list[_Account], name: str) -> np.ndarray:
    return np.array([getattr(account, name) for account in found], object)


def _columns(found: list[_Account]) -> dict[str, np.ndarray]:
    figures: dict[str, Any] = {
        "sales": [round(sum(a.sales), 2) for a in found],
        "profit": [round(sum(a.profits), 2) for a in found],
        "orders": [len(a.sales) for a in found],
        "potential": [a.potential for a in found],
    }
    status = np.array([CUSTOMER if a.is_customer else PROSPECT for a in found], object)
    texts = {name: _texts(found, name) for name in ("segment", "city", "state", "postcode")}
    amounts = {name: np.array(values, np.float64) for name, values in figures.items()}
    return {"status": status, **texts, **amounts}


def _counties(found: list[_Account], xy: np.ndarray, units: Units, arcs: Arcs) -> np.ndarray:
    """County under each point; a point off the simplified coast belongs to its ZIP's county."""
    unit = np.array(Picker(arcs).locate_points(xy), np.int32)
    row_of = {code: row for row, code in enumerate(units.codes)}
    for i in np.flatnonzero(unit < 0):
        unit[i] = row_of.get(found[i].county, -1)
    return unit
