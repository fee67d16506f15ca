"""Files into plans: accounts, figures by code, points into areas; workbooks out again."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import joining, layers, tables
from bench.timing import Figure, Time, figure, measure, once
from terradesk.document import Document
from terradesk.importing import Choices, read_source
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.kinds.figures import KIND as FIGURES

PART = "imports"
_ACCOUNTS = 200_000


def run() -> Iterator[Figure]:
    """All of them; tables come first, for their memory is measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from tables.run(folder)
        yield _written(folder)
        yield _figures(folder)
    yield from joining.run()


def _written(folder: Path) -> Figure:
    """A plan of many accounts as a workbook, which openpyxl writes."""
    from terradesk.exporters import export

    document = Document(layers.counties().plan)
    source = read_source(tables.csv_file(folder / "fewer.csv", _ACCOUNTS))
    made = ACCOUNTS.prepare(source, document.plan, Choices()).incoming
    assert made is not None
    document.bring(made)
    alignment = min(document.plan.assignments)
    target = folder / "plan.xlsx"
    took = once(lambda: export(document.plan, alignment, target))
    note = f"{target.stat().st_size / 1e6:.0f} MB"
    return figure(PART, "write a workbook of 200k accounts", "counties", took, "25000", note=note)


def _figures(folder: Path) -> Figure:
    """Three figures per area, in another order, beside a merge of pandas."""
    case = layers.zips()
    path, n = folder / "figures.csv", len(case.plan.units)
    random = np.random.default_rng(5)
    values = random.integers(0, 10_000, (n, 3))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("zip", "households", "stores", "sales"))
        for k in random.permutation(n).tolist():
            out.writerow((case.plan.units.codes[k], *values[k].tolist()))
    source = read_source(path)
    took = measure(lambda: FIGURES.prepare(source, case.plan, Choices()), 3)
    return figure(PART, "3 figures of every area by its code", case.name, took, "",
                  "pandas.merge", _merged(path, case), f"{n:,} rows, with differences to review",
                  )  # fmt: skip


def _merged(path: Path, case: layers.Case) -> Time:
    import pandas as pd

    areas = pd.DataFrame({"zip": case.plan.units.codes})
    found = pd.read_csv(path, dtype={"zip": str})
    return measure(lambda: areas.merge(found, on="zip", how="outer", indicator=True), 3)
