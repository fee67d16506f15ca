"""Text from data made safe for the files of other programs, and what had to be changed."""

from __future__ import annotations

import re

from terradesk.i18n import _, ngettext

EXCEL_LONGEST = 32_767
"""Characters (UTF-16 units) an Excel cell holds."""

DBASE_LONGEST = 254
"""Bytes a text of a shapefile holds."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LINE_END = re.compile("\r\n?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(value: object) -> str:
    """A value as text that every file can hold; None is empty.

    Control characters and halves of surrogate pairs become U+FFFD, line ends are newlines.
    """
    if value is None:
        return ""
    return _FORBIDDEN.sub("\ufffd", _LINE_END.sub("\n", str(value)))


def excel_text(value: object) -> str:
    """`plain`, cut to what an Excel cell holds."""
    text = plain(value)
    if len(text) * 2 <= EXCEL_LONGEST:
        return text
    data = text.encode("utf-16-le")
    return data[: 2 * EXCEL_LONGEST].decode("utf-16-le", "ignore") if len(data) > 65534 else text


def excel_escaped(text: str) -> str:
    """Text as it must stand in the file: Excel reads ``_x0041_`` as A."""
    return _ESCAPED.sub("_x005F_", text)


def dbase_text(value: object) -> str:
    """`plain` in one line, cut to what a dBASE field holds in UTF-8."""
    data = plain(value).replace("\n", " ").encode()
    return data[:DBASE_LONGEST].decode("utf-8", "ignore")


def csv_text(value: object) -> str:
    """`plain`, with an apostrophe before what a spreadsheet would take for a formula.

    Source: OWASP, CSV Injection. For text only: a negative number stays a number.
    """
    text = plain(value)
    return f"'{text}" if text.lstrip(" \xa0").startswith(_FORMULA) else text


def cut_note(n: int, column: str, longest: str) -> str:
    """What to say about texts that were cut."""
    text = ngettext(
        "{n} text in {column} was cut: this kind of file holds {longest}.",
        "{n} texts in {column} were cut: this kind of file holds {longest}.",
        n,
    )
    return text.format(n=n, column=column, longest=longest)


def characters(n: int) -> str:
    """A length in words."""
    from terradesk.i18n import number

    return _("{n} characters").format(n=number(n))
