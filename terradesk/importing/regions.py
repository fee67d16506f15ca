"""Columns of states and countries that their cells give away, whatever the header says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from terradesk import geocode
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.tables import Table
from terradesk.readers.tabular.text_columns import some_cells

_ENOUGH = 0.9
_SAMPLE = 1000
_FEWEST = 3  # different cells: two may be anything
_LANDS = ("US", "CA", "DE", "PL", "SE", "FR", "IR")


def with_regions(table: Table, guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """The guesses with the columns of states and countries that no header tells.

    Parameters
    ----------
    table : Table
    guesses : list of ColumnGuess
    """
    for role, share in (("country", _countries), ("state", _states)):
        if any(guess.role == role for guess in guesses):
            continue
        shares = {
            guess.name: share(_some(table, guess.name))
            for guess in guesses
            if guess.role in ("text", "code") and guess.kind == "text"
        }
        best = max(shares, key=lambda name: shares[name], default="")
        if best and shares[best] >= _ENOUGH:
            guesses = [replace(g, role=role) if g.name == best else g for g in guesses]
    return guesses


def _some(table: Table, name: str) -> list[str]:
    return [cell for cell in some_cells(table.columns, name, _SAMPLE).tolist() if cell]


def _countries(cells: list[str]) -> float:
    known = set(geocode.country_codes())
    return _share(cells, lambda cell: geocode.country_code(cell) in known)


def _states(cells: list[str]) -> float:
    shares = [
        _share(cells, lambda cell, land=land: bool(geocode.region_code(cell, land)))  # type: ignore[misc]
        for land in _LANDS
    ]
    return max(shares)


def _share(cells: list[str], is_one: Callable[[str], bool]) -> float:
    different = set(cells)
    if len(different) < _FEWEST:
        return 0.0
    return sum(1 for cell in different if is_one(cell)) / len(different)
