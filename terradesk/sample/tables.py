"""Small tables of the resources, and lists as columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

import numpy as np

from terradesk import paths


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file in the resources."""
    with paths.resource(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts(values: Iterable[str]) -> np.ndarray:
    """(n,) object array of texts."""
    return np.array(list(values), object)


def column(values: list[Any]) -> np.ndarray:
    """(n,) texts if any value is one, else float64; None is empty."""
    if any(isinstance(value, str) for value in values):
        return texts(value or "" for value in values)
    return np.array([np.nan if value is None else value for value in values], np.float64)
