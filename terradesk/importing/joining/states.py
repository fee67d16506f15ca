"""States written in different ways on both sides: CO is Colorado, BY is Bayern."""

from __future__ import annotations

import numpy as np

from terradesk.geocode import plain, region_code

_LANDS = ("US", "CA", "DE", "PL", "SE", "FR", "IR")
_ENOUGH = 0.6  # of the different texts of each side
_FITS = 0.3  # of the rows


def state_keys(
    cells: np.ndarray, own: np.ndarray | None, n_own: int
) -> tuple[np.ndarray, np.ndarray]:
    """States of both sides as keys that are equal for the same state.

    Parameters
    ----------
    cells : ndarray of str, shape (n,)
        Of the file.
    own : ndarray of str, shape (n_own,), or None
        Of the plan; None where it does not know states.
    n_own : int

    Returns
    -------
    cells, own : ndarray of str, shapes (n,) and (n_own,)
        Codes of the country that both are of, else plain texts. The first are empty where the two
        sides have hardly anything in common: then states tell nothing.
    """
    if own is None:
        return _blank(len(cells)), _blank(n_own)
    mine, theirs = _different(cells), _different(own)
    land = _land_of(mine, theirs)
    keys = {text: region_code(text, land) or plain(text) for text in mine | theirs}
    left, right = _keyed(cells, keys), _keyed(own, keys)
    known = set(right.tolist())
    fits = np.array([key in known for key in left.tolist()], bool)
    return (left if len(fits) and fits.mean() > _FITS else _blank(len(cells))), right


def _land_of(mine: set[str], theirs: set[str]) -> str:
    """The country that has states of most names on both sides; empty when there is none."""
    shares = {land: min(_share(mine, land), _share(theirs, land)) for land in _LANDS}
    best = max(shares, key=lambda land: shares[land])
    return best if shares[best] >= _ENOUGH else ""


def _share(texts: set[str], land: str) -> float:
    filled = texts - {""}
    return sum(1 for text in filled if region_code(text, land)) / max(len(filled), 1)


def _different(cells: np.ndarray) -> set[str]:
    return {str(text) for text in set(cells.tolist())}


def _keyed(cells: np.ndarray, keys: dict[str, str]) -> np.ndarray:
    out = np.empty(len(cells), object)
    out[:] = [keys[str(text)] for text in cells.tolist()]
    return out


def _blank(n: int) -> np.ndarray:
    return np.full(n, "", object)
