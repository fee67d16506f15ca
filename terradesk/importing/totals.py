"""Totals of figures per period: nothing twice, and with what the plan has of the same years."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from terradesk.i18n import _
from terradesk.importing.periods import coarser, period

_SPAN = re.compile(r"\d{4}(–\d{4})?")


def is_repeated(
    keys: np.ndarray, columns: np.ndarray, series: Sequence[tuple[str, str]]
) -> np.ndarray:
    """Figures of a quarter or year whose months or quarters are there for the same key.

    Parameters
    ----------
    keys, columns : (k,) int64
        What each figure is of, and its place in ``series``.
    series : sequence of (str, str)
        Name of the figure and period.

    Returns
    -------
    (k,) bool
    """
    out = np.zeros(len(keys), bool)
    for k, (name, whole) in enumerate(series):
        finer = [
            j for j, (other, when) in enumerate(series) if other == name and _is_in(when, whole)
        ]
        if finer:
            out |= (columns == k) & np.isin(keys, keys[np.isin(columns, finer)])
    return out


def _is_in(when: str, whole: str) -> bool:
    """Whether a period is a part of another one."""
    return when != whole and coarser(when, _level(whole)) == whole


def _level(found: str) -> str:
    _year, _dash, rest = found.partition("-")
    return "year" if not rest else "quarter" if rest.startswith("Q") else "month"


def totals(
    held: Mapping[str, np.ndarray],
    keys: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    series: Sequence[tuple[str, str]],
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """A total for each figure of several periods, with those of its years that are there already.

    Parameters
    ----------
    held : mapping of str to ndarray
        Columns of the plan, called as `title` says.
    keys, columns, values : (k,) ndarray
        Row of the plan, place in ``series`` and figure of what comes in.
    series : sequence of (str, str)
        Name of the figure and period.

    Yields
    ------
    title : str
    rows : (m,) int64
        Rows of the plan that something comes in for.
    sums : (m,) float64
    """
    for name in dict.fromkeys(name for name, _when in series):
        new = {when: k for k, (other, when) in enumerate(series) if other == name}
        rows = np.unique(keys[np.isin(columns, list(new.values()))])
        own = _span(new)
        for span in dict.fromkeys([own, *_spans(held, name, new)]):
            old = {when: cells[rows] for when, cells in _held(held, name, span)}
            was = held.get(title(name, span))
            is_total = was is not None and was.dtype.kind == "f" and _is_total(old, span, was[rows])
            if is_total and span not in new:
                old.pop(span, None)
            elif was is not None and span != own:
                continue  # somebody else's figure
            after = dict(old)
            for when, k in new.items():
                if _is_within(when, span):
                    here = columns == k
                    after[when] = after.get(when, np.full(len(rows), np.nan)).copy()
                    after[when][np.searchsorted(rows, keys[here])] = values[here]
            if len(after) > 1:
                yield title(name, span if span not in after else _("total")), rows, _sum(after)


def title(name: str, when: str) -> str:
    """Name of the column of a figure and a period."""
    return f"{name} {when}"


def _held(held: Mapping[str, np.ndarray], name: str, span: str) -> Iterator[tuple[str, np.ndarray]]:
    """Periods of some years that the plan has a figure of, with its column."""
    for column, cells in held.items():
        when = column.removeprefix(f"{name} ")
        is_period = when != column and period(when) == when and _is_within(when, span)
        if is_period and cells.dtype.kind == "f":
            yield when, cells


def _spans(held: Mapping[str, np.ndarray], name: str, periods: Iterable[str]) -> Iterator[str]:
    """Years, and ranges of them, that the plan has a figure of and some periods lie in."""
    for column in held:
        span = column.removeprefix(f"{name} ")
        is_span = span != column and _SPAN.fullmatch(span)
        if is_span and any(_is_within(when, span) for when in periods):
            yield span


def _is_within(when: str, span: str) -> bool:
    first, _dash, last = span.partition("–")
    return first <= when[:4] <= (last or first)


def _is_total(old: Mapping[str, np.ndarray], span: str, was: np.ndarray) -> bool:
    """Whether a column is the sum of its parts, made by an import before."""
    parts = {when: cells for when, cells in old.items() if when != span}
    return bool(parts) and bool(np.allclose(_sum(parts), was, equal_nan=True))


def _sum(after: Mapping[str, np.ndarray]) -> np.ndarray:
    """(m,) sum over periods without those whose parts are known too; NaN where nothing is."""
    out, is_known = np.zeros(len(next(iter(after.values())))), False
    for whole, cells in after.items():
        counts = np.isfinite(cells)
        for when, finer in after.items():
            if _is_in(when, whole):
                counts &= ~np.isfinite(finer)
        out += np.where(counts, cells, 0.0)
        is_known |= counts
    return np.where(is_known, out, np.nan)


def _span(periods: Iterable[str]) -> str:
    """All of some periods in one word: the year, or the first and the last one."""
    years = sorted({one[:4] for one in periods})
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
