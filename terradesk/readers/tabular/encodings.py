"""Which encoding a text is in, two of them in one file, and texts that were encoded twice."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

ENCODINGS = (
    *("utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp1250", "iso-8859-1", "iso-8859-2"),
    *("cp1253", "cp1254", "cp1256", "cp1251", "mac-roman"),
)
"""Encodings that may be chosen; others that Python knows work too."""

MENDED = "utf-8+cp1252"
"""UTF-8 that was once taken for cp1252 and encoded again: Ã¼ instead of ü is put right."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20
_HEAD = 1 << 16
_EVIDENCE = 1 << 18  # bytes of lines with other than ASCII that tell the encoding
_MOST_LINES = 100_000  # lines in the second encoding whose numbers are kept

# letters of the languages that are written in an encoding, the usual ones
_LETTERS = {
    "cp1252": "äöüßéèêëàâçîïôùûåæøñáíóúãõœìòýðþÿ",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűôľĺŕâăîşţđ",
    "iso-8859-2": "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűôľĺŕâăîşţđ",
    "cp1254": "çğıöşüâîûéİ",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "cp1256": "اآبپتثجچحخدذرزژسشصضطظعغفقکكگلمنوهيىئؤأإةءًٌَُِّْ",
    "cp1251": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёієї",
    "mac-roman": "äöüßéèêëàâçîïôùûåæøñáíóúãõœìòÿ",
}
_SYMBOLS = "€£§©®°–—‘’“”„«»…·•´×²³½¼µ¿¡ºª™‚\xa0\u200c\u200d،؛؟"
_WORDLIKE = ("cp1253", "cp1256", "cp1251")  # whole words of other than ASCII


def by_mark(data: bytes) -> str:
    """Encoding by its byte order mark, or by the NULs of UTF-16; empty when there are none."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    head = data[:_HEAD]
    if head.count(0) < 4:
        return ""
    name = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace").replace("\0", "\ufffd")
    near = sum(c < "\u0700" for c in text)  # of the scripts whose other byte is small
    return name if near > len(text) // 2 and text.count("\ufffd") <= len(text) // 50 else ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """How the bytes of a file are read.

    Parameters
    ----------
    encoding : str
    other : str
        Encoding of the lines that are not in the first one; empty: there are none.
    lines : ndarray of int64
        Those lines, from 1.
    """

    encoding: str
    other: str = ""
    lines: np.ndarray | None = None


def encoding_of(path: Path) -> Encoded:
    """Encoding of a file: by its mark, UTF-8 if that is valid, else by its letters."""
    with path.open("rb") as file:
        marked = by_mark(file.read(_HEAD))
        file.seek(0)
        if marked and not marked.startswith("utf-8"):
            return Encoded(marked)
        if _is_utf8(iter(lambda: file.read(_BLOCK), b"")):
            return Encoded(marked or "utf-8")
        file.seek(0)
        n_good, bad, evidence = _wrong_lines(file)
    other = legacy(evidence)
    if n_good and len(bad):
        return Encoded(marked or "utf-8", other, bad)
    return Encoded(other)


def _is_utf8(blocks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _wrong_lines(file: Iterable[bytes]) -> tuple[int, np.ndarray, bytes]:
    """How many lines are UTF-8 beyond ASCII, which are not UTF-8, and some of those."""
    n_good, size = 0, 0
    bad: list[int] = []
    evidence: list[bytes] = []
    for k, line in enumerate(file):
        if line.isascii():
            continue
        if _is_utf8((line,)):
            n_good += 1
            continue
        if len(bad) < _MOST_LINES:
            bad.append(k + 1)
        if size < _EVIDENCE:
            evidence.append(line)
            size += len(line)
    return n_good, np.array(bad, np.int64), b"".join(evidence)[: 2 * _EVIDENCE]


def decoded_lines(file: Iterable[bytes], encoded: Encoded) -> Iterator[str]:
    """Lines of a file in two encodings, each by the one it fits."""
    first = True
    for line in file:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode(encoded.other, "replace")
        yield text.removeprefix("\ufeff") if first else text
        first = False


# ---------------------------------------------------------------------- by letters
def legacy(data: bytes) -> str:
    """The likeliest encoding of one byte per letter, by letters and cases of its words."""
    words = _words(data)
    scores = {name: sum(n * _fit(word, name) for word, n in words.items()) for name in _LETTERS}
    # on equal terms the first of `_LETTERS`, the most common one
    return max(scores, key=lambda name: scores[name])


def _words(data: bytes) -> dict[bytes, int]:
    """Words with other than ASCII and how often they occur, at most a few thousand."""
    found: dict[bytes, int] = {}
    for word in re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", data):
        if word in found or len(found) < 4000:
            found[word] = min(found.get(word, 0) + 1, 5)
    return found


@lru_cache(maxsize=16)
def _weights(encoding: str) -> dict[str, float]:
    letters = _LETTERS[encoding]
    most, least = (1.1, 0.8) if encoding == "cp1252" else (1.0, 0.4)  # the usual one first
    common = {c: most - least * k / len(letters) for k, c in enumerate(letters)}
    return {**common, **{c.upper(): v for c, v in common.items() if len(c.upper()) == 1}}


def _fit(word: bytes, encoding: str) -> float:
    """How well a word looks in an encoding; below 0: it is no word."""
    text = word.decode(encoding, "replace")
    weights = _weights(encoding)
    if len(text) == 1 and text in weights:
        return 0.1  # a letter by itself is no word
    total = 0.0
    for k, c in enumerate(text):
        if not c.isascii():
            total += _fit_letter(c, text[k - 1] if k else "", text[k + 1 : k + 2], weights)
    foreign = sum(not c.isascii() for c in text)
    if encoding in _WORDLIKE:
        return total - 2.0 * any(c.isascii() for c in text)
    return total - max(foreign - 2, 0) * 0.7


def _fit_letter(c: str, before: str, after: str, weights: dict[str, float]) -> float:
    if c in weights:
        is_odd = c.isupper() and before.islower()
        is_odd |= c.islower() and before.isupper() and after.isupper()
        return weights[c] - 1.5 * is_odd
    beside = before.isalpha() or after.isalpha()
    if c in _SYMBOLS:
        is_within = before.isalpha() and after.isalpha() and c not in "’\u200c\xa0–·"
        return -1.0 if is_within else (-0.3 if beside and c not in "’“”„«»®™\u200c،" else 0.2)
    if c == "\ufffd" or unicodedata.category(c) == "Cc":
        return -3.0
    return -0.6 if c.isalpha() else -1.0


# ---------------------------------------------------------------------- encoded twice
_TWICE = re.compile("[ÃÂÄÅÐÑØÙÚÛâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸŽž]")


def looks_twice(text: str) -> bool:
    """Whether a text seems to be UTF-8 that was taken for cp1252."""
    return _TWICE.search(text) is not None and mended(text) != text


def mended(text: str) -> str:
    """A text that was encoded twice, put right; any other one as it is."""
    if text.isascii():
        return text
    try:
        return _bytes_of(text).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text


def _bytes_of(text: str) -> bytes:
    """cp1252 with its five holes as control characters, as most programs have it."""
    out = bytearray()
    for c in text:
        out += c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("cp1252")
    return bytes(out)
