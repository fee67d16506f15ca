"""The same state written in different ways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from terradesk.importing.joining.states import state_keys
from terradesk.importing.kinds.figures import KIND as FIGURES
from tests.core.importing_files import prepared, table_source
from tests.core.kernel import grid_plan


def objects(*texts: str) -> np.ndarray:
    out = np.empty(len(texts), object)
    out[:] = texts
    return out


@pytest.mark.parametrize(
    ("cells", "own"),
    [
        (("CO", "ma", "New York"), ("Colorado", "Massachusetts", "NY")),
        (("Bayern", "NRW", "Hessen"), ("Bavaria", "Nordrhein-Westfalen", "HE")),
        (("Zone 1", "zone 2", ""), ("ZONE 1", "Zone 2", "")),
        (("S1", "S2"), ("S1", "S2")),
    ],
)
def test_both_sides_get_the_same_keys(cells, own) -> None:
    left, right = state_keys(objects(*cells), objects(*own), len(own))
    assert left.tolist() == right.tolist()


def test_states_that_have_nothing_in_common_tell_nothing() -> None:
    left, right = state_keys(objects("CO", "TX"), objects("Zone 1", "Zone 2"), 2)
    assert left.tolist() == ["", ""]
    left, right = state_keys(objects("CO"), None, 3)
    assert (left.tolist(), right.tolist()) == ([""], ["", "", ""])


def test_a_county_is_found_by_name_and_short_state() -> None:
    plan = grid_plan()
    names = objects(*(f"Place {chr(65 + k // 2)}" for k in range(24)))  # each name twice
    states = objects(*(("Colorado", "Texas")[k % 2] for k in range(24)))
    units = replace(plan.units, names=names).with_column("state", states)
    plan = replace(plan, units=units)
    rows = {"County": ["Place B", "Place B", "Place C"], "State": ["TX", "CO", "TX"],
            "Volume": [1, 2, 3]}  # fmt: skip
    roles = {"County": "unit_name", "State": "state", "Volume": "amount"}
    made = prepared(FIGURES, table_source(rows), plan, roles=roles)
    assert (made.report.accepted, made.report.rejected) == (3, 0)
    change = next(c for c in made.incoming.edit.changes if c.column == "Volume")
    assert dict(zip(change.rows.tolist(), change.after.tolist(), strict=True)) == {3: 1, 2: 2, 5: 3}
