"""Rows by their name or code, found while somebody types."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np


def folded(text: str) -> str:
    """Text to search in: small letters without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


class NameIndex:
    """Rows by name and code.

    Parameters
    ----------
    names, codes : sequence of str
    present : (n,) bool
    """

    def __init__(
        self,
        names: Sequence[object] | np.ndarray,
        codes: Sequence[object] | np.ndarray,
        present: np.ndarray,
    ) -> None:
        self._rows = np.flatnonzero(present).tolist()
        self._texts = [f" {folded(str(names[r]))} \n {folded(str(codes[r]))}" for r in self._rows]

    def search(self, typed: str, most: int) -> list[int]:
        """Rows whose name or code holds all words, those that begin with them first."""
        words = folded(typed).split()
        if not words:
            return []
        first, start = words[0], f" {' '.join(words)}"
        hits = [k for k, text in enumerate(self._texts) if first in text]
        for word in words[1:]:
            hits = [k for k in hits if word in self._texts[k]]
        hits.sort(key=lambda k: (self._place(k, start), len(self._texts[k]), k))
        return [self._rows[k] for k in hits[:most]]

    def _place(self, k: int, start: str) -> int:
        text = self._texts[k]
        if text.startswith(start) or f"\n{start}" in text:
            return 0
        return 1 if start in text else 2
