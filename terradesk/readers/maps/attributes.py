"""Names of columns that come into units and accounts: none is called like the table's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from terradesk import records as rec
from terradesk.columns import Columned


def attributes(
    table: type[Columned], columns: Mapping[str, np.ndarray], described: Sequence[rec.Column]
) -> tuple[dict[str, np.ndarray], tuple[rec.Column, ...]]:
    """Columns and what they mean, under names that the table has free.

    Parameters
    ----------
    table : type
        `Units` or `Accounts`.
    columns : mapping of str to ndarray
        By the names of the file; ``x`` or ``unit`` becomes ``x 2``, for edits name cells by table
        and column.
    described : sequence of rec.Column

    Returns
    -------
    columns : dict of str to ndarray
    described : tuple of rec.Column
        Labels stay as they are.
    """
    names = table.attribute_names(columns)
    per_row = {f"={old}": f"={new}" for old, new in names.items()}
    rows = (
        replace(row, name=names.get(row.name, row.name),
                currency=per_row.get(row.currency, row.currency))
        for row in described
    )  # fmt: skip
    return {names[name]: values for name, values in columns.items()}, tuple(rows)
