"""Exported files appear whole or not at all, and what stands in the way is said."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from terradesk import exporters
from terradesk.errors import TerraDeskError
from terradesk.exporters import EXPORTERS, Exporter, Job, export, exporter_for, writing
from terradesk.exporters.wording import csv_text, dbase_text, excel_text, plain
from terradesk.progress import Cancelled
from tests.core.kernel import grid_plan

PLAN = grid_plan()


def listing(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def failing(error: BaseException) -> Exporter:
    def write(job: Job) -> None:
        job.path.write_bytes(b"half")
        raise error

    return Exporter("csv", "", ".csv", write)


def test_every_kind_has_a_key_and_a_suffix_of_its_own() -> None:
    for name in ("key", "suffix", "title"):
        values = [getattr(e, name) for e in EXPORTERS]
        assert len(set(values)) == len(values)
    assert {e.suffix for e in EXPORTERS} >= {".xlsx", ".shp", ".csv", ".html", ".png", ".pdf"}


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda e: e.key)
def test_every_exporter_writes_files_that_are_not_empty(exporter: Exporter, tmp_path: Path) -> None:
    seen: list[float] = []
    written = export(
        PLAN, 3, tmp_path / f"plan{exporter.suffix}", progress=lambda f, _m: seen.append(f)
    )
    assert sorted(written) == sorted(tmp_path.iterdir())
    assert all(p.stat().st_size for p in written)
    assert written.notes == ()
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda e: e.key)
def test_cancelling_leaves_nothing_behind(exporter: Exporter, tmp_path: Path) -> None:
    def progress(fraction: float, message: str) -> None:
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(PLAN, 3, tmp_path / f"plan{exporter.suffix}", progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_a_key_goes_before_the_suffix(tmp_path: Path) -> None:
    [path] = export(PLAN, 3, tmp_path / "list.txt", key="csv")
    assert path.name == "list.txt"
    assert path.read_bytes().startswith(b"\xef\xbb\xbfUnitID,TerritoryID")


@pytest.mark.parametrize(("name", "key"), [("plan.doc", None), ("plan.csv", "word")])
def test_an_unknown_kind_is_refused_and_the_known_ones_are_named(
    name: str, key: str | None
) -> None:
    with pytest.raises(TerraDeskError, match=r"\.xlsx"):
        exporter_for(Path(name), key)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "cannot be written"),
        (errno.EROFS, "cannot be written"),
        (errno.EIO, "could not be written"),
    ],
)
def test_when_writing_fails_the_old_file_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    target = tmp_path / "plan.csv"
    target.write_bytes(b"old")
    monkeypatch.setattr(exporters, "EXPORTERS", (failing(OSError(code, "no")),))
    with pytest.raises(TerraDeskError, match=said) as caught:
        export(PLAN, 3, target)
    assert "still there" in caught.value.hint
    assert listing(tmp_path) == {"plan.csv": b"old"}
    assert len(list(tmp_path.iterdir())) == 1


def test_when_one_of_many_files_cannot_be_replaced_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(PLAN, 3, tmp_path / "plan.shp")
    before = listing(tmp_path)
    changed = replace(PLAN, assignments={3: PLAN.assignments[3][::-1].copy()})
    really, count = Path.replace, 0

    def replace_some(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == 8:
            raise PermissionError(errno.EACCES, "open")
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace_some)
    with pytest.raises(TerraDeskError, match="cannot be written"):
        export(changed, 3, tmp_path / "plan.shp")
    assert count > 8
    monkeypatch.undo()
    assert listing(tmp_path) == before
    export(changed, 3, tmp_path / "plan.shp")
    assert listing(tmp_path) != before


@pytest.mark.parametrize("lock", ["~$plan.xlsx", ".~lock.plan.xlsx#"])
def test_a_file_that_is_open_in_a_spreadsheet_is_not_replaced(tmp_path: Path, lock: str) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_bytes(b"old")
    (tmp_path / lock).touch()
    with pytest.raises(TerraDeskError, match="open in another program"):
        export(PLAN, 3, target)
    assert target.read_bytes() == b"old"
    target.unlink()
    assert export(PLAN, 3, target) == [target]  # a lock without its file is a leftover


def test_a_folder_in_the_way_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").mkdir()
    with pytest.raises(TerraDeskError, match="is a folder"):
        export(PLAN, 3, tmp_path / "plan.csv")
    with pytest.raises(TerraDeskError, match="There is no folder"):
        export(PLAN, 3, tmp_path / "nowhere" / "plan.csv")
    assert list((tmp_path / "plan.csv").iterdir()) == []


def test_kinds_that_need_a_map_say_so(tmp_path: Path) -> None:
    bare = replace(PLAN, coverage=None)
    for name in ("m.png", "m.pdf", "m.html", "m.shp"):
        with pytest.raises(TerraDeskError, match="no map"):
            export(bare, 3, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    export(bare, 3, tmp_path / "m.xlsx")
    export(bare, 3, tmp_path / "m.csv")


def test_files_of_an_exporter_go_to_the_folder_of_the_target(tmp_path: Path) -> None:
    def write(job: Job) -> None:
        for name in ("a", "b"):
            (job.folder / name).write_text(job.name)
        job.notes.append("remark")

    written = writing.write(
        Exporter("x", "", ".x", write), PLAN, 3, tmp_path / "t.x", lambda f, m: None
    )
    assert written == [tmp_path / "a", tmp_path / "b"]
    assert written.notes == ("remark",)
    assert listing(tmp_path) == {"a": b"t.x", "b": b"t.x"}


def test_texts_that_files_cannot_hold_are_mended() -> None:
    assert plain(None) == ""
    assert plain("a\x00b\x0bc\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert plain("a\r\nb\rc\td") == "a\nb\nc\td"
    assert excel_text("😀" * 20_000) == "😀" * 16_383
    assert len(excel_text("x" * 40_000)) == 32_767
    assert dbase_text("é" * 200) == "é" * 127
    assert dbase_text("two\nlines") == "two lines"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "  =1", "\r=1"])
def test_csv_texts_are_no_formulas(text: str) -> None:
    assert csv_text(text).startswith("'")


@pytest.mark.parametrize("text", ["", "01234", "a=b", "'quoted", "5-6"])
def test_other_csv_texts_stay_as_they_are(text: str) -> None:
    assert csv_text(text) == text
