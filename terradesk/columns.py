"""What the big tables, units and accounts, have in common: columns of numbers and of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self, cast

import numpy as np

_LARGEST = 1e19  # whole numbers below it are ids as often as figures: no exponent


class Columned:
    """A table whose rows are appended only: own columns and attributes.

    Mixed into a frozen dataclass with these fields and those that ``OWN_COLUMNS`` names.
    """

    OWN_COLUMNS: ClassVar[tuple[str, ...]]
    columns: Mapping[str, np.ndarray]
    batch: np.ndarray
    is_present: np.ndarray

    def __post_init__(self) -> None:
        n = len(self)
        if len(self.batch) != n:
            object.__setattr__(self, "batch", np.ones(n, np.int32))
        if len(self.is_present) != n:
            object.__setattr__(self, "is_present", np.ones(n, bool))

    def __len__(self) -> int:
        return len(getattr(self, self.OWN_COLUMNS[0]))

    def column(self, name: str) -> np.ndarray:
        """Values of an attribute, or of one of ``OWN_COLUMNS``, by name.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        found: np.ndarray = getattr(self, name) if name in self.OWN_COLUMNS else self.columns[name]
        return found

    @classmethod
    def attribute_names(cls, names: Iterable[str]) -> dict[str, str]:
        """Name that each attribute gets: its own, unless a column of the table itself is called so.

        Parameters
        ----------
        names : iterable of str
            Of all attributes that come in, as a file calls them: ``x``, ``unit``, ``lat``.

        Returns
        -------
        dict of str to str
            The same for the same name, so that a second file meets the column of the first one.
        """
        given = list(names)
        own, out = {*cls.OWN_COLUMNS, "batch"}, {}
        for name in given:
            free, number = name, 2
            while free in own or (free != name and free in given):
                free, number = f"{name} {number}", number + 1
            out[name] = free
        return out

    def with_column(self, name: str, values: np.ndarray) -> Self:
        """The same rows with one column replaced or added."""
        table: Any = self
        if name in self.OWN_COLUMNS:
            changed = replace(table, **{name: values})
        else:
            changed = replace(table, columns={**self.columns, name: values})
        return cast(Self, changed)


def number_text(value: float | None) -> str:
    """A number where text belongs, without loss: whole ones without a point, NaN as nothing."""
    if value is None or not np.isfinite(value):
        return ""
    is_whole = float(value).is_integer() and abs(value) < _LARGEST
    return str(int(value)) if is_whole else repr(float(value))


def as_texts(values: np.ndarray) -> np.ndarray:
    """A column as (n,) text: numbers as `number_text`, texts as they are."""
    if values.dtype.kind not in "fiub":
        return values
    out = np.empty(len(values), object)
    out[:] = [number_text(value) for value in values.tolist()]
    return out


def joined_columns(
    first: Mapping[str, np.ndarray], n: int, second: Mapping[str, np.ndarray], m: int
) -> dict[str, np.ndarray]:
    """Attributes of ``n`` rows followed by ``m`` others; what one side lacks is empty there.

    Where a side is text, numbers become text: nothing is lost.
    """
    names = [*first, *(name for name in second if name not in first)]
    out = {}
    for name in names:
        sides = [side[name] for side in (first, second) if name in side]
        is_text = any(side.dtype == object for side in sides)
        parts = (_part(first.get(name), n, is_text), _part(second.get(name), m, is_text))
        out[name] = joined(*parts)
    return out


def joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Two parts of a column as one, (n + m,); no copy where one has no rows."""
    if first.dtype == second.dtype and not (len(first) and len(second)):
        return first if len(first) else second
    return np.concatenate([first, second])


def _part(values: np.ndarray | None, n: int, is_text: bool) -> np.ndarray:
    if values is None:
        return np.full(n, "", object) if is_text else np.full(n, np.nan)
    return as_texts(values) if is_text else values
