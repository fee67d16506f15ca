"""How accounts look: kept in the core, so that exported pictures show what the window shows."""

from terradesk.colouring.account_look import (
    CLASS,
    SAME,
    SIZE,
    Classes,
    class_columns,
    class_edit,
    classes,
    entries,
    size_edit,
    size_measure,
    size_measures,
)

__all__ = [
    "CLASS",
    "SAME",
    "SIZE",
    "Classes",
    "class_columns",
    "class_edit",
    "classes",
    "entries",
    "size_edit",
    "size_measure",
    "size_measures",
]
