"""The different texts of a column: work on a million rows is done once for each of them."""

from __future__ import annotations

import numpy as np


def different(*columns: np.ndarray) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """The different rows of some columns of text, in the order of their first.

    Parameters
    ----------
    *columns : ndarray of str, shape (n,), dtype object

    Returns
    -------
    rows : list of tuple of str
        As many texts as columns.
    which : (n,) int64
        Place in ``rows`` of each row.
    """
    keys = list(zip(*(column.tolist() for column in columns), strict=True))
    index = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return list(index), np.fromiter(map(index.__getitem__, keys), np.int64, len(keys))


def different_cells(cells: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The different texts of one column, and the place of each row's among them."""
    texts = cells.tolist()
    index = {text: k for k, text in enumerate(dict.fromkeys(texts))}
    return list(index), np.fromiter(map(index.__getitem__, texts), np.int64, len(texts))
