"""The encoding of names in bytes, found by what they would spell; texts that were decoded wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

CANDIDATES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp850"),
    *("cp852", "cp866", "koi8_r", "cp949", "gbk", "big5", "cp932"),
)
"""Encodings other than UTF-8 that map files come in, the more usual first."""

_CLEARLY = 0.15  # of a point per letter by which another encoding must spell better
_MOST = 400  # cells that are looked at
_COMMON = frozenset("оеаинтсрвлкαοιετσνηυρاليمنوهرتبדלתשםראיהוąęłżźśćńóřžščěůőűéèàâêçåäöøæüßñíáúãõ")
_MARKS = frozenset("’‘–—«»·ºª°„“”")


def encoding_of_cells(cells: Iterable[bytes], said: str = "") -> str:
    """Encoding of the cells of a table.

    UTF-8 where it is valid; what was said while it spells names about as well as any other;
    else the one that spells best: letters of one script in a word, capitals only where words
    begin, no symbols within.

    Parameters
    ----------
    cells : iterable of bytes
        Texts with bytes beyond ASCII.
    said : str
        By the file; empty or unknown when it does not say.

    Returns
    -------
    str
        A codec of Python: "utf-8" also when there is nothing to go by.
    """
    sample = list(dict.fromkeys(cell for cell in cells if not cell.isascii()))[:_MOST]
    if not sample or all(_is_utf8(cell) for cell in sample):
        return "utf-8"
    points = {name: _points(sample, name) for name in CANDIDATES}
    best = max(points, key=lambda name: points[name])
    own = _points(sample, said) if said else float("-inf")
    return said if own >= points[best] - _CLEARLY and own > 0 else best


def _is_utf8(cell: bytes) -> bool:
    """Whether a cell is UTF-8, maybe cut in the middle of its last letter."""
    try:
        cell.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > 0
    return True


def _points(sample: Sequence[bytes], name: str) -> float:
    """Mean points per letter beyond ASCII; minus infinity where a cell cannot be decoded."""
    try:
        texts = [cell.decode(name) for cell in sample]
    except (UnicodeDecodeError, LookupError):
        return float("-inf")
    found = [_letter(text, k) for text in texts for k, c in enumerate(text) if ord(c) > 127]
    words = [word for text in texts for word in text.split() if not word.isascii()]
    if not found:
        return 0.0
    odd = sum(sum(ord(c) > 127 for c in word) for word in words if _is_odd(word))
    return (sum(found) - odd) / len(found)


def _letter(text: str, k: int) -> float:
    letter = text[k]
    category = unicodedata.category(letter)
    if category in ("Lu", "Lt"):
        return -1.0 if k and text[k - 1].islower() else 1.0
    if "가" <= letter <= "힣":  # 2,350 syllables are in use, the others fill the table
        return 1.2 if _is_in(letter, "euc_kr") else 0.0
    if category in ("Ll", "Lo"):
        after_capital = letter.islower() and k and text[k - 1].isdigit()
        return 0.0 if after_capital else 1.3 if letter in _COMMON else 1.0
    if category.startswith("M") or letter in _MARKS:
        return 0.5
    return -2.0 if category.startswith("C") else -1.0


def _is_in(letter: str, name: str) -> bool:
    try:
        letter.encode(name)
    except UnicodeEncodeError:
        return False
    return True


def _is_odd(word: str) -> bool:
    """Letters of two scripts in a word, or a long Latin one of hardly anything but accents."""
    letters = [c for c in word if c.isalpha()]
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters}
    if len(scripts - {"FULLWIDTH", "HALFWIDTH"}) > 1 and not scripts <= _JAPANESE:
        return True
    accents = sum(1 for c in letters if ord(c) > 127)
    return scripts == {"LATIN"} and len(letters) > 3 and accents > 0.6 * len(letters)


_JAPANESE = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


def decoded(cell: bytes, name: str) -> str:
    """A cell as text; a letter that was cut at its end is left out."""
    text = cell.decode(name, "replace")
    return text.rstrip("\ufffd") if text.endswith("\ufffd") else text


def mended(cells: Sequence[str]) -> list[str] | None:
    """Texts whose UTF-8 was taken for cp1252 (Ã¥ for å) as they should be; None if they are fine.

    Only where every cell beyond ASCII can be turned back, which right texts cannot.
    """
    wrong = {cell for cell in cells if not cell.isascii()}
    if not wrong:
        return None
    right = {}
    for cell in wrong:
        try:
            right[cell] = _bytes_of(cell).decode("utf-8")
        except UnicodeError:
            return None
    return [right.get(cell, cell) for cell in cells]


def _bytes_of(text: str) -> bytes:
    """cp1252, and the five bytes that it leaves out as they are."""
    return b"".join(bytes([ord(c)]) if 0x80 <= ord(c) < 0xA0 else c.encode("cp1252") for c in text)
