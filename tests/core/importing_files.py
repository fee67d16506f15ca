"""Files for tests of imports, and the way from a file to what it would do."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from terradesk.columns import as_texts
from terradesk.importing import Choices, Prepared, Source, read_source
from terradesk.importing.kind import Kind
from terradesk.importing.roles import chosen
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport
from terradesk.readers.tables import Table

A = 3  # alignment of `kernel.grid_plan`


def written(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def table_source(columns: Mapping[str, Sequence[object]], name: str = "list.csv") -> Source:
    """A table as it would have been read from a file; quick."""
    from terradesk.importing import Reading

    texts = {}
    n = 0
    for key, values in columns.items():
        cells = np.empty(len(values), object)
        cells[:] = [str(value) for value in values]
        texts[key], n = cells, len(values)
    report = ImportReport(read=n, accepted=n)
    return Source(Path(name), Reading(), table=Table(texts, n, report))


def prepared(
    kind: Kind, source: Source | Path, plan: Plan, alignment: int = A, **choices: Any
) -> Prepared:
    """What a kind makes of a file; the plan stays as it is."""
    if isinstance(source, Path):
        source = read_source(source)
    made = kind.prepare(source, plan, Choices(**choices), alignment)
    assert made.report.adds_up, made.report
    assert len({item.key for item in made.items}) == len(made.items)
    assert {item.group for item in made.items} <= {key for key, _text in made.groups}
    return made


def roles(kind: Kind, source: Source, plan: Plan) -> dict[str, str]:
    """What the columns of a file are taken for."""
    return chosen(kind, source, plan, Choices())


def account_list(plan: Plan) -> dict[str, list[Any]]:
    """The present accounts of a plan as a list that a customer system would write."""
    rows = np.flatnonzero(plan.accounts_present)
    accounts = plan.accounts
    out: dict[str, list[Any]] = {
        "Account number": accounts.ids[rows].tolist(),
        "Account name": accounts.names[rows].tolist(),
        "Latitude": [repr(v) for v in accounts.lat[rows].tolist()],
        "Longitude": [repr(v) for v in accounts.lon[rows].tolist()],
    }
    for name, values in accounts.columns.items():
        out[name] = as_texts(values[rows]).tolist()
    return out
