"""Files to tables: boundaries to units, spreadsheets to accounts, each with an import report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from terradesk import plugins
from terradesk.gdal import LayerInfo
from terradesk.i18n import N_
from terradesk.readers import tables as _tables
from terradesk.readers.grouping import Grouping, suggest_grouping
from terradesk.readers.made_accounts import MadeAccounts, make_accounts, roles_of
from terradesk.readers.maps import boundaries as _boundaries
from terradesk.readers.maps.boundaries import Boundaries, layers, read_boundaries
from terradesk.readers.maps.made_units import MadeUnits, guess_code_name, make_units
from terradesk.readers.recognising import ROLES, ColumnGuess, recognise
from terradesk.readers.report import ImportReport, Issue
from terradesk.readers.tables import Table, read_table, sheets
from terradesk.readers.tabular import archived as table_archives
from terradesk.readers.tabular import spreadsheets as _spreadsheets

__all__ = [
    "READERS",
    "ROLES",
    "Boundaries",
    "ColumnGuess",
    "Grouping",
    "ImportReport",
    "Issue",
    "LayerInfo",
    "MadeAccounts",
    "MadeUnits",
    "Reader",
    "Table",
    "all_readers",
    "guess_code_name",
    "layers",
    "make_accounts",
    "make_units",
    "read_boundaries",
    "read_table",
    "reader_for",
    "recognise",
    "roles_of",
    "sheets",
    "suggest_grouping",
]


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file that TerraDesk reads.

    Parameters
    ----------
    key : str
        A word of its own.
    title : str
        For the list of a file dialog; marked for translation.
    suffixes : tuple of str
        In small letters, with the point.
    read : callable
        Called with the path (and ``layer=`` or ``sheet=``, ``progress=``); gives `Boundaries` or
        `Table`.
    gives : {"boundaries", "table"}
    """

    key: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[..., Any]
    gives: str


READERS = (
    Reader("boundaries", N_("Maps"), _boundaries.SUFFIXES, read_boundaries, "boundaries"),
    Reader("workbook", N_("Workbooks"), _spreadsheets.SUFFIXES, read_table, "table"),
    Reader("text", N_("Text tables"), (*_tables.TEXT_SUFFIXES, ".zip"), read_table, "table"),
)
"""What TerraDesk itself reads."""


@lru_cache(maxsize=1)
def all_readers() -> tuple[Reader, ...]:
    """`READERS` and those of installed packages (entry points ``terradesk.readers``)."""
    return plugins.extend("terradesk.readers", READERS)


def reader_for(path: str | Path) -> Reader | None:
    """The reader for a file by its suffix, of a .zip by what is in it; None when there is none."""
    name = Path(path).name.lower()
    fitting = [r for r in all_readers() if name.endswith(r.suffixes)]
    if len(fitting) > 1 and table_archives.holds_tables(Path(path)):
        return next((r for r in fitting if r.gives == "table"), fitting[0])
    return fitting[0] if fitting else None
