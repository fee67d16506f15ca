"""Laws of reading: whatever the bytes, a table or a map comes out, or a planner is told why not."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Reading, Source, read_source
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.readers import ImportReport, make_units
from tests.core.corpus import cells_plan, spoken
from tests.data.make_corpus import FOLDER
from tests.reading_here import read_here

SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".csv.gz", ".xlsx", ".xls", ".ods"),
    *(".geojson", ".json", ".geojsonl", ".topojson", ".shp", ".gpkg", ".fgb", ".kml", ".gml"),
    *(".gpx", ".tab", ".mif", ".zip", ".kmz"),
)
SMALL = tuple(
    path
    for path in sorted(FOLDER.rglob("*"))
    if path.is_file() and path.name.endswith(SUFFIXES) and path.stat().st_size < 12_000
    if path.suffix not in (".xls", ".ods") and path.name != "protected.xlsx"  # see below
)
# Damaged old workbooks send calamine in circles and repeated cells fill the memory; the limits of a
# worker end both (circle.xls and repeated_full.ods of the corpus), a test's own process has none.

LONGEST = 20.0
"""Seconds of the processor; nothing so small may take longer."""

HEADS = (
    *(b"", b"Name,ZIP\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08"),
    *(b'{"type":"FeatureCollection","features":[', b"\x00\x00\x27\x0a", b"SQLite format 3\x00"),
    *(b"fgb\x03fgb\x00", b"<?xml version='1.0'?><kml>", b"<gml", b"<gpx>", b"!table\n"),
    *(b"Version 300\n", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n"),
)


@pytest.fixture(scope="module", autouse=True)
def _here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        read_here(patch)
        yield


@given(st.sampled_from(SUFFIXES), st.sampled_from(HEADS), st.binary(max_size=400))
def test_any_bytes(suffix: str, head: bytes, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map{suffix}"
        path.write_bytes(head + data)
        hold(path)


@given(st.sampled_from(SUFFIXES), st.text(max_size=300))
def test_any_text(suffix: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map{suffix}"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        hold(path)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[Path, bytes]:
    """A file of the corpus with bytes flipped, cut off, doubled or taken away."""
    path = draw(st.sampled_from(SMALL))
    data = bytearray(path.read_bytes())
    for _step in range(draw(st.integers(1, 4))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(("flip", "cut", "double", "remove", "write")))
        length = draw(st.integers(1, 64))
        if how == "flip":
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del data[at:]
        elif how == "double":
            data[at:at] = data[at : at + length]
        elif how == "remove":
            del data[at : at + length]
        else:
            data[at : at + length] = draw(st.binary(max_size=length))
    return path, bytes(data)


@given(mutations())
def test_damaged_files(damaged: tuple[Path, bytes]) -> None:
    origin, data = damaged
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in origin.parent.glob(f"{origin.stem}.*") if origin.parent != FOLDER else ():
            shutil.copyfile(part, folder / part.name)
        path = folder / origin.name
        path.write_bytes(data)
        hold(path)


@given(
    st.sampled_from([path for path in SMALL if path.suffix in (".csv", ".txt", ".tsv")]),
    st.sampled_from(("", "utf-8", "cp1252", "cp1250", "cp1256", "utf-16", "ascii", "latin-1")),
    st.sampled_from(("", ",", ";", "\t", "|", "x", "é")),
    st.sampled_from((None, 0, 1, 2, 3, 7, 10_000)),
    st.sampled_from(("", ".", ",")),
)
def test_any_choice_of_reading(
    path: Path, encoding: str, delimiter: str, header: int | None, decimal: str
) -> None:
    chosen = Reading(encoding=encoding, delimiter=delimiter, header=header, decimal=decimal)
    hold(path, chosen)


def hold(path: Path, reading: Reading | None = None) -> None:
    """Read a file and make of it what can be made; only a `TerraDeskError` may come of it."""
    begun = time.process_time()
    try:
        source = read_source(path, reading)
        _hold_together(source)
    except TerraDeskError as error:
        assert spoken(error, path.name) == []
    assert time.process_time() - begun < LONGEST


def _hold_together(source: Source) -> None:
    table = source.rows
    _adds_up(table.report)
    assert table.report.accepted == len(table)
    assert all(len(cells) == len(table) for cells in table.columns.values())
    if source.has_areas:
        assert source.boundaries is not None
        _adds_up(make_units(source.boundaries, on_duplicates="join").report)
    prepared = ACCOUNTS.prepare(source, cells_plan(), Choices())
    _adds_up(prepared.report)
    if prepared.incoming is not None:
        accounts = preview(cells_plan(), prepared.incoming).accounts
        assert prepared.report.unplaced == int((accounts.placement == 0).sum())


def _adds_up(report: ImportReport) -> None:
    assert report.read == report.accepted + report.grouped + report.rejected
