"""Names that differ only in capitals."""

from __future__ import annotations

import pytest

from terradesk.importing.kinds.alignment import KIND
from terradesk.importing.one_spelling import one_spelling
from tests.core.importing_files import prepared, table_source
from tests.core.kernel import grid_plan


@pytest.mark.parametrize(
    ("names", "known", "expected"),
    [
        (["East", "east", "East"], [], ["East", "East", "East"]),
        (["east", "East"], [], ["east", "east"]),
        (["east", "EAST", "EAST"], ["East"], ["East", "East", "East"]),
        (["t1", "T1"], ["t1", "T1"], ["t1", "T1"]),
        (["", "a", ""], [], ["", "a", ""]),
        ([], [], []),
    ],
)
def test_the_usual_spelling_holds(names, known, expected) -> None:
    assert one_spelling(names, known) == expected


def test_a_list_of_territories_makes_one_of_two_spellings() -> None:
    rows = {
        "Area code": ["00000", "00001", "00002", "00003", "00004"],
        "Territory": ["East", "east ", "East", "t1", "T1"],
    }
    plan = grid_plan()
    made = prepared(KIND, table_source(rows), plan)
    assert {item.title for item in made.items if item.group == "territory"} == {"East", "T1"}
    [told] = [one for one in made.report.issues if one.kind == "respelled"]
    assert (told.n, told.rows) == (2, (1, 3))
