"""Words, numbers and signs of a query, and what is wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from terradesk.errors import TerraDeskError

_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*'|“[^”]*”|„[^“”]*[“”]|«[^»]*»)
    |\[(?P<column>[^\[\]]+)\]
    |(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
     (?P<times>[kKmM](?!\w))?(?![\w])
    |(?P<word>\w[\w'’]*)
    |(?P<sign><>|[=!<>]=|[≤≥≠]|[-+*/()<>=,])
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "<>": "!="}
_TIMES = {"k": 1e3, "m": 1e6}


class QueryError(TerraDeskError):
    """A query that cannot be understood.

    Parameters
    ----------
    message, hint : str
    position, length : int
        Where in the text the trouble is, from 0.
    """

    def __init__(self, message: str, hint: str = "", position: int = 0, length: int = 1) -> None:
        super().__init__(message, hint)
        self.position, self.length = position, length


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, text or sign.

    Parameters
    ----------
    kind : {"word", "number", "text", "column", "sign", "other"}
    text : str
        As it is typed; signs in their usual spelling.
    at, end : int
        Where it stands in the query.
    value : float
        Of a number.
    """

    kind: str
    text: str
    at: int
    end: int
    value: float = 0.0

    @property
    def word(self) -> str:
        """In small letters; "" for what is not a word."""
        return self.text.casefold() if self.kind == "word" else ""


def tokens(text: str) -> list[Token]:
    """Split a query into what it consists of, spaces left out."""
    out = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "times" else "number"
        if kind == "space":
            continue
        shown, value = match.group(), 0.0
        if kind == "number":
            value = float(match["number"].replace(",", ""))
            value *= _TIMES[match["times"].lower()] if match["times"] else 1.0
        elif kind == "sign":
            shown = _SIGNS.get(shown, shown)
        out.append(Token(str(kind), shown, match.start(), match.end(), value))
    return out
