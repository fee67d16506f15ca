"""The design as shapefiles: territories dissolved, units, accounts.

In WGS 84 (EPSG:4326), not in the plan's own projection: every program reads it, web maps and CRMs
accept nothing else, and a custom PROJ string in a .prj is not recognised by all.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely

from terradesk import gdal
from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.exporters.facts import Facts, label_of, texts
from terradesk.exporters.outlines import Outlines
from terradesk.exporters.sheets import assigned_by
from terradesk.exporters.wording import DBASE_LONGEST, cut_note, dbase_text, plain
from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _
from terradesk.measures.values import known_values

WGS84 = "EPSG:4326"
_LONGEST_NAME = 10
Columns = Mapping[str, np.ndarray]


def write(job: Job) -> None:
    """Write the three layers beside each other."""
    _layers(job, job.folder, Path(job.name).stem)


def write_zip(job: Job) -> None:
    """Write the three layers into one archive."""
    folder = job.folder / "layers"
    folder.mkdir()
    _layers(job, folder, Path(job.name).stem)
    with zipfile.ZipFile(job.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)


def _layers(job: Job, folder: Path, stem: str) -> None:
    plan, facts = job.plan, Facts(job.view)
    if plan.arcs is None:
        raise TerraDeskError(
            _("This plan has no map to write."), _("Add boundaries first, or export a table.")
        )
    outlines = Outlines(job.view)
    present = np.flatnonzero(plan.units_present)
    job.progress(0.1, _("Joining areas to territories"))
    shapes = outlines.territories()
    _write(job, folder / f"{stem}_territories.shp", shapes, territories(facts), "Polygon")
    job.progress(0.4, _("Writing areas"))
    shapes = outlines.units()[present]
    _write(job, folder / f"{stem}_units.shp", shapes, units(facts, present), "Polygon")
    if plan.accounts_present.any():
        job.progress(0.7, _("Writing accounts"))
        rows = np.flatnonzero(plan.accounts_present)
        shapes = _points(plan.accounts.lon[rows], plan.accounts.lat[rows])
        _write(job, folder / f"{stem}_accounts.shp", shapes, accounts(facts, rows), "Point")


def _points(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Points, None where an account is not placed."""
    out = np.full(len(lon), None, object)
    known = np.isfinite(lon) & np.isfinite(lat)
    out[known] = shapely.points(lon[known], lat[known])
    return out


def _write(job: Job, path: Path, shapes: np.ndarray, columns: Columns, kind: str) -> None:
    ready: dict[str, np.ndarray] = {}
    taken: set[str] = set()
    for title, values in columns.items():
        name = field_name(title, taken)
        ready[name] = _texts(job, path, title, values) if values.dtype == object else values
    gdal.write(path, shapely.to_wkb(shapes), ready, WGS84, kind)


def _texts(job: Job, path: Path, title: str, values: np.ndarray) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = [dbase_text(v) for v in values.tolist()]
    pairs = zip(values.tolist(), out.tolist(), strict=True)
    n = sum(plain(v).replace("\n", " ") != short for v, short in pairs if v)
    if n:
        longest = _("{n} bytes").format(n=DBASE_LONGEST)
        job.notes.append(cut_note(n, f"{path.stem}.{title}", longest))
    return out


def field_name(title: str, taken: set[str]) -> str:
    """Name of a dBASE field: 10 plain letters, digits and underscores, used once."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Z0-9]+", "_", letters.upper()).strip("_") or "FIELD"
    stem = (f"F{stem}" if stem[0].isdigit() else stem)[:_LONGEST_NAME]
    found, number = stem, 2
    while found in taken:
        tail = str(number)
        found, number = stem[: _LONGEST_NAME - len(tail)] + tail, number + 1
    taken.add(found)
    return found


def territories(facts: Facts) -> Columns:
    """Columns of the layer of territories, in tree order."""
    leaves, counts = facts.view.leaves, facts.counts
    out: dict[str, np.ndarray] = {
        "TERR_ID": facts.ids[1:],
        "TERR_NAME": facts.names[1:],
        "LEVEL": np.array([t.level for t in leaves], np.int32),
        "PARENT_ID": texts([str(d.id) if d else "" for d in facts.districts[1:]]),
        "OWNER": texts([r.name if r else "" for r in facts.reps[1:]]),
        "DISTRICT": _names(facts.districts[1:]),
        "REGION": _names(facts.regions[1:]),
        "N_UNITS": counts.units[1:].astype(np.int32),
        "N_ACCTS": counts.accounts[1:].astype(np.int32),
    }
    if facts.balance is not None:
        out["INDEX"] = facts.balance.indices[1:]
        out["DEV_PCT"] = 100 * facts.balance.deviations[1:]
    out |= {"AREA_KM2": facts.areas[1:], "COMPACT": facts.compactness[1:]}
    if facts.contiguity is not None:
        out["PARTS"] = facts.contiguity.parts[1:].astype(np.int32)
    out["COLOR"] = texts(facts.colours[1:])
    own = {m.name: facts.balances[m.uid].values[1:] for m in facts.summed}
    return _joined(out, own)


def units(facts: Facts, rows: np.ndarray) -> Columns:
    """Columns of the layer of units."""
    plan, slots = facts.plan, facts.view.unit_slots[rows]
    out = {
        "UNIT_ID": plan.units.codes[rows],
        "UNIT_NAME": plan.units.names[rows],
        "TERR_ID": facts.ids[slots],
        "TERR_NAME": facts.names[slots],
        "N_ACCTS": facts.unit_accounts[rows].astype(np.int32),
    }
    own = {label_of(plan, "units", c): v[rows] for c, v in plan.units.columns.items()}
    sums = {m.name: facts.unit_values(m)[rows] for m in facts.summed if m.source == "accounts"}
    sums |= {m.name: known_values(plan, m)[rows] for m in facts.formulas("units")}
    return _joined(_joined(out, own), sums)


def accounts(facts: Facts, rows: np.ndarray) -> Columns:
    """Columns of the layer of accounts."""
    plan, slots = facts.plan, facts.account_slots[rows]
    table = plan.accounts
    codes = texts([str(plan.units.codes[u]) if u >= 0 else "" for u in table.unit[rows]])
    out = {
        "ACCT_ID": table.ids[rows],
        "ACCT_NAME": table.names[rows],
        "TERR_ID": facts.ids[slots],
        "TERR_NAME": facts.names[slots],
        "UNIT_ID": codes,
        "ASSIGN_BY": assigned_by(facts)[rows],
    }
    own = {label_of(plan, "accounts", c): v[rows] for c, v in table.columns.items()}
    sums = {m.name: known_values(plan, m)[rows] for m in facts.formulas("accounts")}
    return _joined(_joined(out, own), sums)


def _joined(first: Columns, second: Columns) -> dict[str, np.ndarray]:
    """Both; a title that is there already gets a mark, `field_name` makes it fit."""
    out = dict(first)
    for title, values in second.items():
        while title in out:
            title += "_"
        out[title] = values
    return out


def _names(rows: list[rec.Territory | None]) -> np.ndarray:
    return texts([r.name if r else "" for r in rows])


SHAPEFILE = Exporter("shapefile", N_("Shapefiles (territories, areas, accounts)"), ".shp", write)
SHAPEFILE_ZIP = Exporter("shapefile_zip", N_("Shapefiles in one archive"), ".zip", write_zip)
