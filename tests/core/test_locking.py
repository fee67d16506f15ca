"""Locks of single areas."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terradesk import edits
from terradesk.edits.locking import lock_units
from tests.core.kernel import grid_plan

GRID = grid_plan()


@given(st.sets(st.integers(0, 23), min_size=1))
def test_locked_areas_stay_and_undo_frees_them(rows):
    edit = lock_units(GRID, 3, rows, True)
    assert edit is not None
    locked = edits.apply(GRID, edit)
    assert set(locked.alignment(3).locked_units.nonzero()[0].tolist()) == rows
    made = edits.assign(locked, 3, range(24), -1)
    assert made.n_locked == len(rows)
    back = edits.apply(locked, edits.invert(edit))
    assert not back.alignment(3).locked_units.any()
    freed = lock_units(locked, 3, rows, False)
    assert freed is not None
    assert not edits.apply(locked, freed).alignment(3).locked_units.any()


def test_what_is_so_already_is_no_edit():
    edit = lock_units(GRID, 3, [1, 2], True)
    assert edit is not None
    locked = edits.apply(GRID, edit)
    assert lock_units(locked, 3, [1, 2], True) is None
    assert lock_units(GRID, 3, [1, 2], False) is None
    assert edits.describe(edit) == "Locked 2 squares"
    one = lock_units(locked, 3, [2, 3], True)
    assert one is not None
    assert edits.describe(one) == "Locked Square 3"
