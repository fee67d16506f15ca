"""Files into plans: what a file is, what its columns mean, what would come of it.

A `Kind` of import is one module of ``terradesk.importing.kinds`` and one entry of `KINDS`; the
import page, the command line and the API know no more of it than the protocol says.
"""

from __future__ import annotations

from terradesk.importing.choices import Choices, Option, Reading
from terradesk.importing.prepared import Count, Item, Prepared, Shown
from terradesk.importing.source import Source, read_source

__all__ = [
    "Choices",
    "Count",
    "Item",
    "Option",
    "Prepared",
    "Reading",
    "Shown",
    "Source",
    "read_source",
]
