"""Names that nearly match between two long lists: pairs worth a look, then how alike they are.

Comparing all with all takes hours for 100,000 names. Only pairs are compared that share a rare
word, the beginning of the name, or the beginning and the place: blocking by several keys as in
Christen, *Data Matching* (2012), chapter 4, each block of limited size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk.i18n import _
from terradesk.importing.matching.names import normalised_all
from terradesk.progress import Progress, silent

_RARE, _BLOCK, _NEAR = 60, 80, 30  # rows of the other list that one key may lead to at most
_ALL_PAIRS, _MOST_PAIRS = 500_000, 12_000_000
_SLICE = 400_000  # pairs compared between two words of progress
_SUBSET = 0.88  # of names of which one holds all words of the other
_AGREES = 0.6  # of the places
_PENALTY_PART, _PENALTY_UNKNOWN, _PENALTY_CONFLICT = 0.04, 0.08, 0.25


@dataclass(frozen=True, eq=False)
class Side:
    """One of two lists.

    Parameters
    ----------
    names : ndarray of str, shape (n,)
    postcodes, cities, states : ndarray of str, shape (n,)
        Empty where they are not known.
    """

    names: np.ndarray
    postcodes: np.ndarray
    cities: np.ndarray
    states: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def keys(self) -> np.ndarray:
        """(n,) normalised names."""
        return normalised_all(self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Candidates of each row of the left list, the best first.

    Parameters
    ----------
    left, right : ndarray of int32, shape (k,)
        Rows, ordered by left row, then by falling score.
    scores : ndarray of float64, shape (k,)
        0 ... 1: how alike the names are, less where the places are not known to agree.
    """

    left: np.ndarray
    right: np.ndarray
    scores: np.ndarray

    def of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """(right rows, scores) of one left row."""
        low, high = np.searchsorted(self.left, [row, row + 1])
        return self.right[low:high], self.scores[low:high]

    def decided(self, n: int, sure: float, lead: float) -> np.ndarray:
        """Right row of each left row that leaves no doubt.

        Parameters
        ----------
        n : int
            Rows of the left list.
        sure : float
            Least score.
        lead : float
            How far the second best must be behind.

        Returns
        -------
        (n,) int32
            -1 where there is none, or none that is sure.
        """
        out = np.full(n, -1, np.int32)
        if not len(self.left):
            return out
        first = np.flatnonzero(np.r_[True, self.left[1:] != self.left[:-1]])
        last = np.r_[first[1:], len(self.left)] - 1
        second = np.where(last > first, self.scores[np.minimum(first + 1, len(self.left) - 1)], 0.0)
        good = (self.scores[first] >= sure) & (self.scores[first] - second >= lead)
        out[self.left[first[good]]] = self.right[first[good]]
        return out


def find(
    left: Side, right: Side, least: float = 0.6, most: int = 5, progress: Progress = silent
) -> Found:
    """Rows of the right list that rows of the left one may be.

    Parameters
    ----------
    left, right : Side
    least : float
        Score below which a pair is not told.
    most : int
        Candidates per row.
    progress : Progress
    """
    if not len(left) or not len(right):
        none = np.empty(0, np.int32)
        return Found(none, none, np.empty(0))
    progress(0.0, _("Looking for names that match"))
    a, b = _pairs(left, right)
    names = _alike(left.keys, right.keys, a, b, progress)
    scores = names - _penalty(left, right, a, b)
    keep = scores >= least
    return _best(a[keep], b[keep], np.clip(scores[keep], 0.0, 1.0), most)


def _best(a: np.ndarray, b: np.ndarray, scores: np.ndarray, most: int) -> Found:
    order = np.lexsort((b, -scores, a))
    a, b, scores = a[order], b[order], scores[order]
    starts = np.flatnonzero(np.r_[True, a[1:] != a[:-1]]) if len(a) else np.empty(0, np.int64)
    rank = np.arange(len(a)) - np.repeat(starts, np.diff(np.r_[starts, len(a)]))
    top = rank < most
    return Found(a[top].astype(np.int32), b[top].astype(np.int32), scores[top])


# ------------------------------------------------------------------ pairs worth a look
def _pairs(left: Side, right: Side) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that share a key, each once; all of them where the lists are short."""
    if len(left) * len(right) <= _ALL_PAIRS:
        every = np.arange(len(left) * len(right))
        return every // len(right), every % len(right)
    found: list[np.ndarray] = []
    n_pairs = 0
    for most, one, other in _schemes(left, right):
        joined = _joined(one, other, most)
        room = _MOST_PAIRS - n_pairs
        joined = joined[:room]
        found.append(joined[:, 0] * len(right) + joined[:, 1])
        n_pairs += len(joined)
    codes = np.unique(np.concatenate(found))
    return codes // len(right), codes % len(right)


Keyed = tuple[np.ndarray, np.ndarray]


def _schemes(left: Side, right: Side) -> Iterator[tuple[int, Keyed, Keyed]]:
    """Most rows of a block, and (rows, keys) of both lists, the surest scheme first."""
    keys = _numbered([left.keys, right.keys])
    yield _RARE, _whole(keys[0]), _whole(keys[1])
    starts = _numbered([_cut(left.keys, 4), _cut(right.keys, 4)])
    for name in ("postcodes", "cities"):
        size = 3 if name == "postcodes" else 40
        sides = [_plain(getattr(side, name), size) for side in (left, right)]
        places = _numbered(sides)
        both = [
            np.where((s >= 0) & (p >= 0), s * (1 + max(q.max(initial=0) for q in places)) + p, -1)
            for s, p in zip(starts, places, strict=True)
        ]
        yield _BLOCK, _whole(both[0]), _whole(both[1])
    words = _words(left.keys, right.keys)
    yield _RARE, words[0], words[1]
    longer = _numbered([_cut(left.keys, 8, 6), _cut(right.keys, 8, 6)])
    yield _NEAR, _whole(longer[0]), _whole(longer[1])
    full = _numbered([_plain(left.postcodes, 12), _plain(right.postcodes, 12)])
    yield _NEAR, _whole(full[0]), _whole(full[1])


def _whole(keys: np.ndarray) -> Keyed:
    rows = np.flatnonzero(keys >= 0)
    return rows, keys[rows]


def _numbered(sides: list[np.ndarray]) -> list[np.ndarray]:
    """Texts of both lists as numbers from 0, the same for the same text; -1 for empty ones."""
    known: dict[str, int] = {"": -1}
    return [
        np.array([known.setdefault(t, len(known) - 1) for t in side.tolist()], np.int64)
        for side in sides
    ]


def _cut(keys: np.ndarray, size: int, least: int = 1) -> np.ndarray:
    """Beginnings of names without spaces; empty where they are shorter than ``least``."""
    out = np.empty(len(keys), object)
    cuts = (key.replace(" ", "")[:size] for key in keys.tolist())
    out[:] = [cut if len(cut) >= least else "" for cut in cuts]
    return out


def _plain(texts: np.ndarray, size: int) -> np.ndarray:
    from terradesk.geocode import plain

    known = {t: plain(t).replace(" ", "")[:size] for t in set(texts.tolist())}
    out = np.empty(len(texts), object)
    out[:] = [known[t] for t in texts.tolist()]
    return out


def _words(left: np.ndarray, right: np.ndarray) -> tuple[Keyed, Keyed]:
    """(row, word) of both lists, words as numbers."""
    known: dict[str, int] = {}
    out = []
    for keys in (left, right):
        parts = [key.split() for key in keys.tolist()]
        rows = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
        flat = [known.setdefault(word, len(known)) for p in parts for word in p]
        out.append((rows, np.array(flat, np.int64)))
    return out[0], out[1]


def _joined(one: Keyed, other: Keyed, most: int) -> np.ndarray:
    """(k, 2) rows of both lists with the same key, where a key has few rows of the right list."""
    order = np.argsort(other[1], kind="stable")
    rows, keys = other[0][order], other[1][order]
    low = np.searchsorted(keys, one[1], "left")
    count = np.searchsorted(keys, one[1], "right") - low
    count[count > most] = 0
    first = np.repeat(low - np.cumsum(count) + count, count)
    return np.column_stack((np.repeat(one[0], count), rows[first + np.arange(count.sum())])).astype(
        np.int64
    )


# ------------------------------------------------------------------ how alike they are
def _alike(
    left: np.ndarray, right: np.ndarray, a: np.ndarray, b: np.ndarray, progress: Progress
) -> np.ndarray:
    """0 ... 1 of each pair of names: letters in common, the order of words forgiven."""
    from rapidfuzz import fuzz, process

    out = np.empty(len(a))
    first, second = _sorted_words(left), _sorted_words(right)
    for start in range(0, len(a), _SLICE):
        part = slice(start, start + _SLICE)
        one, other = first[a[part]], second[b[part]]
        found = process.cpdist(one, other, scorer=fuzz.ratio, dtype=np.float32) / 100
        near = np.flatnonzero((found >= 0.4) & (found < _SUBSET))
        if len(near):
            subset = process.cpdist(
                one[near], other[near], scorer=fuzz.token_set_ratio, dtype=np.float32
            )
            found[near] = np.maximum(found[near], _SUBSET * subset / 100)
        out[part] = found
        progress(0.1 + 0.9 * min(1.0, (start + _SLICE) / len(a)), _("Comparing names"))
    return out


def _sorted_words(keys: np.ndarray) -> np.ndarray:
    out = np.empty(len(keys), object)
    out[:] = [" ".join(sorted(key.split())) if " " in key else key for key in keys.tolist()]
    return out


def _penalty(left: Side, right: Side, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What is taken off a pair whose places are not known to agree."""
    postcode = _same(left.postcodes, right.postcodes, a, b, 12)
    near = _same(left.postcodes, right.postcodes, a, b, 3)
    city = _same(left.cities, right.cities, a, b, 40)
    state = _same(left.states, right.states, a, b, 40)
    place = np.zeros(len(a))
    place[state > 0] = 0.3
    place[(near < 0) | (city < 0) | (state < 0)] = -1.0
    place[(near > 0) | ((city > 0) & (state >= 0))] = _AGREES
    place[(near < 0) & (city > 0) & (state >= 0)] = 0.3  # a town of several postcodes
    place[postcode > 0] = 1.0
    taken = np.full(len(a), _PENALTY_UNKNOWN)
    taken[place > 0] = _PENALTY_PART
    taken[place >= _AGREES] = 0.0
    taken[place < 0] = _PENALTY_CONFLICT
    figures = _same(_figures(left.keys), _figures(right.keys), a, b, 40)
    taken[figures < 0] += _PENALTY_CONFLICT  # Store 12 is not Store 13
    return taken


def _figures(keys: np.ndarray) -> np.ndarray:
    """Words of a name that hold digits, joined."""
    out = np.empty(len(keys), object)
    out[:] = [
        " ".join(word for word in key.split() if any(c.isdigit() for c in word))
        for key in keys.tolist()
    ]
    return out


def _same(
    left: np.ndarray, right: np.ndarray, a: np.ndarray, b: np.ndarray, size: int
) -> np.ndarray:
    """1 where both are known and the same, -1 where they differ, 0 where one is not known."""
    one, other = _numbered([_plain(left, size), _plain(right, size)])
    first, second = one[a], other[b]
    known = (first >= 0) & (second >= 0)
    return np.where(known, np.where(first == second, 1, -1), 0)
