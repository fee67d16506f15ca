"""Columns of text kept small: nothing is lost, whatever way they are kept and read."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.readers.tabular import text_columns
from terradesk.readers.tabular.text_columns import Packed, Packer, TextColumns, cells_at

_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0="), max_size=12)


def packed(cells: Sequence[str], portion: int = 7) -> Packed:
    packer = Packer()
    for k in range(0, len(cells), portion):
        packer.add(cells[k : k + portion])
    return packer.packed()


@given(st.lists(_CELLS, max_size=60), st.sampled_from([0, 10, 1000]), st.integers(1, 40))
def test_cells_come_back_as_they_were(cells: list[str], judged: int, portion: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_columns, "_JUDGED", judged)
        patch.setattr(text_columns, "_LATE", 3 * judged)
        patch.setattr(text_columns, "_PORTION", portion)
        column = packed(cells)
        assert column.n_rows == len(cells)
        assert column.cells().tolist() == cells
        rows = np.arange(len(cells) - 1, -1, -2)
        assert column.at(rows).tolist() == cells[::-1][::2]


def test_few_different_texts_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_columns, "_JUDGED", 100)
    monkeypatch.setattr(text_columns, "_LATE", 1000)
    postcodes = [f"{k % 60:05d}" for k in range(400)]  # all different at first, then none new
    assert packed(postcodes, 50).codes is not None
    names = [f"Customer {k}" for k in range(400)]
    assert packed(names, 50).codes is None


def test_some_rows_are_read_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = TextColumns({"a": packed(["x", "", "z"])})
    monkeypatch.setattr(Packed, "cells", lambda _self: pytest.fail("all cells were made"))
    assert cells_at(columns, "a", np.array([2, 1])).tolist() == ["z", ""]
    chained = ChainMap({"b": np.array(["1", "2", "3"], object)}, columns)
    assert cells_at(chained, "a", np.array([0])).tolist() == ["x"]
    plain = {"a": np.array(["x", "", "z"], object)}
    assert cells_at(plain, "a", np.array([2, 1])).tolist() == ["z", ""]


@pytest.mark.parametrize("n", [1, 3])
def test_a_buffer_of_another_length_is_refused(n: int) -> None:
    column = Packed(np.frombuffer(b"a\0b", np.uint8), n)
    with pytest.raises(ValueError, match="texts"):
        column.cells()
