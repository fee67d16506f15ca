"""Places of accounts as they are found, and what a person may say about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from terradesk.readers.report import Issue

LEAVE = ""
"""The answer that leaves an account as it is: not placed, or outside all areas."""

OUTSIDE = ("near", "nearest", "leave")
"""What becomes of accounts outside all areas: those just outside go to the nearest area; all do;
none does."""

MOST_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class Placing:
    """How places are to be found.

    Parameters
    ----------
    swap : bool
        What is called latitude is longitude.
    crs : str
        Coordinate system of the coordinates; empty: degrees, or metres that are guessed;
        ``degrees``: never guessed.
    country : str
        Two letters: of postcodes beside which no country stands; empty: found out.
    outside : str
        One of `OUTSIDE`.
    answers : mapping of str to str
        Candidate picked for a `Question`, `LEAVE` for none.
    """

    swap: bool = False
    crs: str = ""
    country: str = ""
    outside: str = "near"
    answers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, question: str, usual: str) -> str:
        """The candidate picked, or the usual one."""
        return self.answers.get(question, usual)


@dataclass(frozen=True, slots=True)
class Question:
    """A place that is not sure: what it may be, and what is taken unless somebody says otherwise.

    Parameters
    ----------
    key : str
    group : {"open", "larger", "misspelt", "contradiction", "unknown_postcode", "outside"}
    title : str
    candidates : tuple of (str, str)
        Key and text; the one taken unless somebody says otherwise comes first, `LEAVE` is one.
    picked : str
        Key of the candidate that is taken.
    rows : ndarray of int64
        Accounts it concerns.
    score : float
        0 ... 1 how sure the first place is.
    units : tuple of int
        Units it concerns.
    """

    key: str
    group: str
    title: str
    candidates: tuple[tuple[str, str], ...]
    picked: str
    rows: np.ndarray
    score: float = 0.0
    units: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Placed:
    """Places of accounts as they are found; arrays of shape (n,).

    Parameters
    ----------
    lon, lat : float64, degrees
    x, y : float64, metres in the plan's CRS
    unit : int32
    placement : uint8
    issues : list of Issue
    questions : list of Question
        What was not sure.
    misread : ndarray of bool
        Rows with coordinates that could not be understood.
    """

    lon: np.ndarray
    lat: np.ndarray
    x: np.ndarray
    y: np.ndarray
    unit: np.ndarray
    placement: np.ndarray
    issues: list[Issue] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    misread: np.ndarray = field(default_factory=lambda: np.empty(0, bool))

    @property
    def missing(self) -> np.ndarray:
        """Rows without a place yet."""
        return np.flatnonzero(self.placement == 0)


def nowhere(n: int) -> Placed:
    """``n`` accounts of which none has a place."""
    lon, lat, x, y = np.full((4, n), np.nan)
    unit, placement = np.full(n, -1, np.int32), np.zeros(n, np.uint8)
    return Placed(lon, lat, x, y, unit, placement, misread=np.zeros(n, bool))
