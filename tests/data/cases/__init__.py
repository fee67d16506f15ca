"""The bad inputs of the corpus: what each file holds, and what should come of it."""

from __future__ import annotations

from tests.data.cases import (
    books,
    csvs,
    customers,
    figures,
    hostile,
    maps,
    other_maps,
    shapefiles,
    shapes,
)
from tests.data.cases.case import Case

CASES: tuple[Case, ...] = (
    *csvs.CASES,
    *figures.CASES,
    *customers.CASES,
    *books.CASES,
    *maps.CASES,
    *shapes.CASES,
    *shapefiles.CASES,
    *other_maps.CASES,
    *hostile.CASES,
)
"""Every file of the corpus, in the order of the manifest."""
