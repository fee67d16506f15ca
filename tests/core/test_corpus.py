"""Every bad input of the corpus comes to its documented outcome, told in a planner's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.core.corpus import KEYS, differences
from tests.data import make_corpus
from tests.reading_here import read_here

ROWS: list[dict[str, Any]] = json.loads(make_corpus.MANIFEST.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_outcome(row: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if row["wish"].get("fenced"):
        monkeypatch.setattr("terradesk.readers.foreign.MEMORY_LIMIT", 3 << 30)
    else:
        read_here(monkeypatch)
    assert differences(row["file"], row["wish"]) == [], row["trouble"]


def test_the_list_names_every_file_and_is_what_the_script_writes() -> None:
    written = make_corpus.files()
    assert make_corpus.MANIFEST.read_text(encoding="utf-8") == make_corpus.manifest()
    there = {
        path.relative_to(make_corpus.FOLDER).as_posix()
        for path in make_corpus.FOLDER.rglob("*")
        if path.is_file()
    }
    assert there == {*written, *make_corpus.kept_parts()}
    assert {row["file"] for row in ROWS} <= there
    assert len(ROWS) >= 100


def test_no_wish_goes_unread() -> None:
    for row in ROWS:
        assert set(row["wish"]) <= KEYS[""], row["file"]
        for part in ("accounts", "areas", "alignment", "owners"):
            assert set(row["wish"].get(part, {})) <= KEYS[part], row["file"]


def test_the_script_writes_the_same_bytes_again() -> None:
    libraries = (".gpkg", "bomb.xlsx", "bomb.zip", ".gz")  # SQLite and packing differ by version
    for name, data in make_corpus.files().items():
        if not name.endswith(libraries):
            assert (make_corpus.FOLDER / name).read_bytes() == data, name


def test_the_corpus_stays_small() -> None:
    sizes = [path.stat().st_size for path in make_corpus.FOLDER.rglob("*") if path.is_file()]
    assert max(sizes) < 50_000
    assert sum(sizes) < 600_000
