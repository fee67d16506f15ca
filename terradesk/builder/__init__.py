"""The builder: balanced, compact, contiguous territories in seconds, and proof when it cannot be.

Works on arrays (`Problem`, made by `make_problem`), so it serves without a plan as well.
"""

from terradesk.builder.building import build
from terradesk.builder.making import make_problem
from terradesk.builder.problem import (
    BARRIER,
    CORNER,
    SHARED,
    WATER,
    BadWish,
    Figures,
    Options,
    Problem,
    Result,
    Snapshot,
    Violation,
)

__all__ = [
    "BARRIER",
    "CORNER",
    "SHARED",
    "WATER",
    "BadWish",
    "Figures",
    "Options",
    "Problem",
    "Result",
    "Snapshot",
    "Violation",
    "build",
    "make_problem",
]
