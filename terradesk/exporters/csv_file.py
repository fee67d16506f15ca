"""Two columns for any other program: which unit belongs to which territory.

UTF-8 with a byte order mark: Excel on Windows takes a file without one for the local code page and
spoils å and é; databases and our own readers skip it. Texts that a spreadsheet would run as a
formula get an apostrophe in front (`terradesk.exporters.wording.csv_text`). Quotes only where
needed, line ends of RFC 4180.
"""

from __future__ import annotations

import csv

import numpy as np

from terradesk.exporters.facts import Facts
from terradesk.exporters.wording import csv_text
from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _

HEADER = ("UnitID", "TerritoryID", "UnitName", "TerritoryName")


def write(job: Job) -> None:
    """One row per present unit in the order of the plan; unassigned ones have no territory."""
    facts, units = Facts(job.view), job.plan.units
    rows = np.flatnonzero(job.plan.units_present)
    slots = facts.view.unit_slots[rows]
    codes, names = units.codes[rows], units.names[rows]
    territories = [csv_text(name) for name in facts.names]
    job.progress(0.2, _("Writing {n} rows").format(n=len(rows)))
    with job.path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for code, name, slot in zip(codes.tolist(), names.tolist(), slots.tolist(), strict=True):
            out.writerow((csv_text(code), facts.ids[slot], csv_text(name), territories[slot]))


CSV = Exporter("csv", N_("Areas and their territories (CSV)"), ".csv", write)
