"""Names and codes as people type them, made comparable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_JOINED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """A name as small letters without accents and marks; Saint is St."""
    folded = text.casefold().replace("ł", "l").replace("ø", "o").replace("ß", "ss")
    folded = folded.replace("ي", "ی").replace("ك", "ک").replace("\u200c", " ")
    letters = unicodedata.normalize("NFKD", folded)
    words = re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(
        {"saint": "st", "sainte": "ste", "sankt": "st"}.get(word, word) for word in words
    )


def tidy(code: str) -> str:
    """A code in capitals with common digits and spaces: of full-width, Persian, invisible ones.

    Parameters
    ----------
    code : str

    Returns
    -------
    str
        Without spaces at its ends; what spreadsheets add to numbers (``.0``, ``'``) is gone.
    """
    text = code
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_JOINED))
        text = "".join(_digit(c) for c in text)
        text = re.sub(r"[‐-―−]", "-", text)  # every kind of dash
    text = " ".join(text.upper().split()).strip("'\"")
    return re.sub(r"(?<=\d)[.,]0+$", "", text)


def _digit(mark: str) -> str:
    return str(unicodedata.digit(mark)) if mark.isdigit() else mark
