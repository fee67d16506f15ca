"""Tables: a million accounts from CSV to units, a large workbook, the page's preview."""

from __future__ import annotations

import csv
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from bench import layers
from bench.timing import Figure, Time, figure, measure
from terradesk import planfile, readers
from terradesk.edits.arrivals import Incoming
from terradesk.importing import Choices, Reading, Source, read_source
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.looking import preview
from terradesk.plan import Plan

PART = "imports"
_HEADER = (
    *("Account ID", "Account Name", "Street", "City", "State", "ZIP", "Latitude", "Longitude"),
    *("Annual Revenue", "Owner"),
)
_WORDS = ("Acme", "Global", "North", "River", "Summit", "Blue", "Delta", "Prime", "Union", "Hill")


def run(folder: Path) -> Iterator[Figure]:
    """Figures of a folder for temporary files."""
    path = csv_file(folder / "accounts.csv", 1_000_000)
    size = f"{path.stat().st_size / 1e6:.0f} MB"
    read: list[tuple[Time, str]] = []
    yield from _into_a_plan(path, folder / "plan.gpkg", read)
    yield figure(PART, "open that plan", "counties", _both(lambda: _open(folder / "plan.gpkg")))
    ((took, peaks),) = read
    # pandas needs more memory than all of the above: it comes last
    yield figure(PART, "read a CSV of 1M rows", "accounts", took, peer="pandas.read_csv, text",
                 theirs=_pandas(path), note=f"{size}; {peaks}")  # fmt: skip
    seen = measure(lambda: preview(path, Reading(header=1)), 5)
    yield figure(PART, "preview it with other settings", "accounts", seen, "200")
    book = _workbook(folder / "accounts.xlsx", 200_000)
    took = _both(lambda: readers.read_table(book))
    yield figure(PART, "read a workbook of 200k rows", "accounts", took, "5000",
                 "pandas.read_excel, calamine, text", _pandas_book(book))  # fmt: skip


def _into_a_plan(path: Path, file: Path, read: list[tuple[Time, str]]) -> Iterator[Figure]:
    """From the table to its accounts on disk; the time of reading is kept for later."""
    document = planfile.create(file, layers.counties().plan)
    source: list[Source] = []
    took = _both(lambda: source.append(read_source(path)))
    read.append((took, _peaks()))
    made: list[Incoming] = []
    placed = _both(lambda: made.append(_place(source[0], document.plan)))
    whole = Time(took.cpu + placed.cpu, took.wall + placed.wall, took.wall + placed.wall, 1)
    yield figure(PART, "read 1M accounts, check, place in units", "counties", whole, "10000",
                 note=f"{_peaks()}, goal 700 MB")  # fmt: skip
    written = _both(lambda: document.bring(made[0]))
    yield figure(PART, "write them into the plan, one step", "counties", written,
                 note=f"{file.stat().st_size / 1e6:.0f} MB; {_peaks()}")  # fmt: skip
    document.close()


def _place(source: Source, plan: Plan) -> Incoming:
    made = ACCOUNTS.prepare(source, plan, Choices()).incoming
    assert made is not None
    return made


def _open(path: Path) -> None:
    planfile.open_document(path).close()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _both(work: Callable[[], object]) -> Time:
    """CPU time of this process and its workers."""
    cpu, wall = _cpu(), time.perf_counter()
    work()
    cpu, wall = (_cpu() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3
    return Time(cpu, wall, wall, 1)


def _peaks() -> str:
    here, there = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"at most {here:.0f} MB here, {there:.0f} MB in the worker"


def _pandas(path: Path) -> Time:
    import pandas as pd

    return measure(lambda: pd.read_csv(path, dtype=str, keep_default_na=False), 1, warm=0)


def _pandas_book(path: Path) -> Time:
    import pandas as pd

    return measure(lambda: pd.read_excel(path, dtype=str, engine="calamine"), 1, warm=0)


def _rows(n: int) -> Iterator[tuple[str, ...]]:
    """Accounts all over the contiguous states, the same each time."""
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(-120, -75, n).tolist(), rng.uniform(31, 47, n).tolist()
    zips = rng.integers(501, 99_950, n).tolist()
    towns, owners = rng.integers(0, 8000, n).tolist(), rng.integers(0, 120, n).tolist()
    revenue = np.round(rng.lognormal(10, 1, n), 2).tolist()
    for k in range(n):
        name = f"{_WORDS[k % 10]} {_WORDS[k // 10 % 10]} {k}" + ", Inc." * (k % 50 == 0)
        place = (f"Town {towns[k]}", ("TX", "CA", "NY", "FL")[k % 4], f"{zips[k]:05d}")
        where = (f"{lat[k]:.5f}", f"{lon[k]:.5f}")
        street = f"{k % 9999} Main St"
        yield f"A{k:07d}", name, street, *place, *where, str(revenue[k]), f"Rep {owners[k]}"


def csv_file(path: Path, n: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(_HEADER)
        out.writerows(_rows(n))
    return path


def _workbook(path: Path, n: int) -> Path:
    """A workbook as programs write it; openpyxl would take half a minute."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            sheet.write(_row_xml(_HEADER))
            for row in _rows(n):
                sheet.write(_row_xml(row))
            sheet.write(b"</sheetData></worksheet>")
    return path


def _row_xml(row: tuple[str, ...]) -> bytes:
    cells = (
        f"<c><v>{text}</v></c>"
        if k in (6, 7, 8) and text[-1].isdigit()
        else f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for k, text in enumerate(row)
    )
    return f"<row>{''.join(cells)}</row>".encode()
