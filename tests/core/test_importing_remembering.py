"""What was chosen for a file comes back for the next one with the same header."""

from __future__ import annotations

import datetime as dt

import pytest

from terradesk import paths
from terradesk.importing import Choices, Option, Reading, read_source, remembering
from terradesk.importing.kind import Meaning
from terradesk.importing.remembering import Remembered, recall, remember

DAY = dt.date(2026, 11, 12)
HEADER = ("Kunde", "PLZ", "Umsatz")


class Kindly:
    """A kind of import that only recognises."""

    key, title, single = "kindly", "Kindly", ()

    @property
    def roles(self):
        return {"name": "Name", "text": "Text", "amount": "Amount"}

    def suits(self, source, plan):
        return 1.0

    def options(self, source, plan, choices=None):
        return (Option("snap", "Snap", 1.0),)

    def recognise(self, source, plan):
        return [Meaning(name, "text") for name in source.rows.columns]

    def prepare(self, source, plan, choices, alignment=0, progress=None):
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))


def source(tmp_path):
    file = tmp_path / "k.csv"
    file.write_text("Kunde,PLZ,Umsatz\nGeheim GmbH,01067,12\n", "utf-8")
    return read_source(file)


def test_choices_come_back_for_the_same_header_and_kind():
    remember(
        HEADER, "kindly", Remembered({"PLZ": "text"}, {"snap": 2.0}, Reading(dates="dmy"), DAY)
    )
    found = recall(("kunde ", "PLZ", "Umsatz"), "kindly")
    assert found == Remembered({"PLZ": "text"}, {"snap": 2.0}, Reading(dates="dmy"), DAY)
    assert recall(HEADER, "other") is None
    assert recall(HEADER[::-1], "kindly") is None
    remembering.forget(HEADER, "kindly")
    assert recall(HEADER, "kindly") is None


def test_of_the_reading_only_what_suits_other_files_is_kept():
    reading = Reading("Sheet1", "layer", "cp1252", ";", ",", 3, "mdy", "EPSG:3006")
    remember(HEADER, "kindly", Remembered(reading=reading, day=DAY))
    found = recall(HEADER, "kindly")
    assert found is not None
    assert found.reading == Reading(decimal=",", dates="mdy", crs="EPSG:3006")


def test_only_differences_are_kept_and_no_cell(tmp_path):
    read = source(tmp_path)
    choices = Choices({"Kunde": "name", "PLZ": "text"}, {"snap": 1.0, "unknown": 3})
    found = remembering.chosen(Kindly(), read, None, choices, DAY)
    assert found == Remembered({"Kunde": "name"}, {}, Reading(), DAY)
    remember(HEADER, "kindly", found)
    text = (paths.data_dir() / "imports.json").read_text("utf-8")
    assert "Geheim" not in text and "Kunde" not in text


def test_own_choices_win_over_remembered_ones(tmp_path):
    roles = {"Kunde": "name", "PLZ": "gone", "Umsatz": "amount"}
    remember(HEADER, "kindly", Remembered(roles, {"snap": 3.0, "gone": 1}, day=DAY))
    made = remembering.with_remembered(Choices({"Umsatz": "text"}), Kindly(), source(tmp_path))
    assert made.roles == {"Kunde": "name", "Umsatz": "text"}
    assert made.options == {"snap": 3.0}


def test_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 3)
    for k in range(5):
        remember((f"c{k}",), "kindly", Remembered({f"c{k}": "text"}, day=DAY))
    assert [recall((f"c{k}",), "kindly") is None for k in range(5)] == [True, True, *[False] * 3]


@pytest.mark.parametrize("text", ["", "{}", "[1, null]", '[{"key": "x"}]', "\x00"])
def test_a_broken_memory_is_none(text):
    file = paths.data_dir() / "imports.json"
    file.write_text(text, "utf-8")
    assert recall(HEADER, "kindly") is None
    remember(HEADER, "kindly", Remembered({"PLZ": "text"}, day=DAY))
    assert recall(HEADER, "kindly") is not None
    broken = [{"key": remembering.digest(HEADER, "kindly"), "roles": 3}]
    file.write_text(str(broken).replace("'", '"'), "utf-8")
    assert recall(HEADER, "kindly") is None
