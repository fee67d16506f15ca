"""Columns of rows that become one unit: amounts summed, rates averaged, texts where they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from terradesk.i18n import _, isolate
from terradesk.readers.figures import column_row
from terradesk.readers.report import Issue, issue


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows that become one unit.

    Parameters
    ----------
    labels : (k,) int64
        Unit of each row.
    first : (n,) int64
        First row of each unit, a place in ``labels``.
    is_level : bool
        Units of a higher level (states of counties); else parts of the same unit, which may
        repeat its figures.
    """

    labels: np.ndarray
    first: np.ndarray
    is_level: bool = False

    @property
    def n(self) -> int:
        """How many units there are."""
        return len(self.first)

    @property
    def is_idle(self) -> bool:
        """Whether each row is a unit."""
        return len(self.first) == len(self.labels)


def merged(
    columns: Mapping[str, np.ndarray],
    groups: Groups,
    roles: Mapping[str, str],
    weight: str = "",
) -> tuple[dict[str, np.ndarray], list[Issue]]:
    """Columns with one value per unit.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (k,)
        float64 or object (str).
    groups : Groups
    roles : mapping of str to str
        Role of columns; found by name and values unless given.
    weight : str
        Column by which rates are averaged: households, for an income per household.

    Returns
    -------
    columns : dict of str to ndarray, shape (n,)
        Without those that have no value for a unit of a higher level.
    issues : list of Issue
        Names the columns that were left out or averaged.
    """
    out: dict[str, np.ndarray] = {}
    left: list[str] = []
    by = columns.get(weight)
    for name, values in columns.items():
        if groups.is_idle:
            found: np.ndarray | None = values[groups.first]
        elif groups.is_level:
            found = _of_level(name, values, groups, roles.get(name), by)
        else:
            found = _of_parts(name, values, groups, roles.get(name))
        if found is None:
            left.append(name)
        else:
            out[name] = found
    return out, _told(left, weight if by is not None else "")


def _told(left: list[str], weight: str) -> list[Issue]:
    if not left:
        return []
    names = ", ".join(isolate(name) for name in left)
    text = _("Columns that cannot be summed were left out: {names}.").format(names=names)
    if not weight:
        text += " " + _("Rates can be averaged by a column such as inhabitants.")
    return [issue("left_columns", text, n=len(left))]


def _role(name: str, values: np.ndarray, said: str | None) -> str:
    return said or column_row("units", name, values).role


def _of_parts(name: str, values: np.ndarray, groups: Groups, said: str | None) -> np.ndarray | None:
    """Amounts that differ are summed, else the first counts."""
    own = values[groups.first]
    if values.dtype == object or _role(name, values, said) != "amount":
        return own
    is_same = np.ones(groups.n, bool)
    known = np.isfinite(values)
    at = groups.labels[known]
    np.logical_and.at(is_same, at, values[known] == own[at])
    return np.where(is_same & np.isfinite(own), own, _sum(values, groups))


def _of_level(
    name: str, values: np.ndarray, groups: Groups, said: str | None, weight: np.ndarray | None
) -> np.ndarray | None:
    own = values[groups.first]
    role = _role(name, values, said)
    if values.dtype != object and role == "amount":
        return _sum(values, groups)
    if values.dtype != object and role == "rate":
        return _mean(values, groups, weight)
    if bool((values == own[groups.labels]).all()):
        return own
    return None


def _sum(values: np.ndarray, groups: Groups) -> np.ndarray:
    known = np.isfinite(values)
    total = np.bincount(groups.labels[known], values[known], groups.n)
    count = np.bincount(groups.labels[known], minlength=groups.n)
    return np.where(count == 0, np.nan, total)


def _mean(values: np.ndarray, groups: Groups, weight: np.ndarray | None) -> np.ndarray | None:
    """Mean weighted by another column, over the rows that have both."""
    if weight is None or weight.dtype == object:
        return None
    known = np.isfinite(values) & np.isfinite(weight) & (weight > 0)
    at = groups.labels[known]
    total = np.bincount(at, values[known] * weight[known], groups.n)
    heavy = np.bincount(at, weight[known], groups.n)
    return np.where(heavy > 0, total / np.where(heavy > 0, heavy, 1.0), np.nan)
