"""Text tables: encoding, delimiter and rows of a CSV file."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress

MOST_BYTES = 2 << 30
DELIMITERS = (",", ";", "\t", "|")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16
_LONGEST_CELL = 100_000
_CHUNK = 20_000
# ą ł ś ź ż and ł Ł beside a letter: in cp1252 these bytes are ¹ ³ œ Ÿ ¿ £
_POLISH = re.compile(rb"[A-Za-z][\xb9\xb3\x9c\x9f\xbf]|[\xb3\xa3\x8c\xaf][a-z]")
_WESTERN = re.compile(
    rb"[A-Za-z][\xe0\xe4\xe5\xe7\xe8\xe9\xf6\xf8\xfc]|[\xc4\xc5\xc9\xd6\xdc][a-z]"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text file and how to read it."""

    path: Path
    encoding: str
    delimiter: str
    skip: int  # lines before the table: Excel's "sep=;"


def encoding_of(data: bytes) -> str:
    """Encoding of a text: by its mark, by NULs (UTF-16), UTF-8 if it is valid, else cp1250/1252."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    head = data[:_SAMPLE]
    if head.count(0) > len(head) // 5:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        is_polish = len(_POLISH.findall(data)) > len(_WESTERN.findall(data))
        return "cp1250" if is_polish else "cp1252"
    return "utf-8"


def examine(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Text:
    """Find out how a text file is to be read.

    Raises
    ------
    TerraDeskError
        The file is empty, too large, or no text.
    """
    name = isolate(path.name)
    if path.stat().st_size > MOST_BYTES:
        raise TerraDeskError(
            _("“{name}” is larger than 2 GB.").format(name=name),
            _("Split the file, or leave out columns that are not needed."),
        )
    data = path.read_bytes()
    found = encoding or encoding_of(data)
    _refuse_binary(data[:_SAMPLE], found, name)
    sample = data[:_SAMPLE].decode(found, "ignore").lstrip("\ufeff")
    if not sample.strip():
        raise TerraDeskError(
            _("“{name}” is empty.").format(name=name), _("Choose another file, or fill this one.")
        )
    said = re.match(r"sep=(.)\r?\n", sample)
    if said:
        return Text(path, found, delimiter or said.group(1), 1)
    return Text(path, found, delimiter or _delimiter(sample), 0)


def _refuse_binary(head: bytes, encoding: str, name: str) -> None:
    is_wide = encoding.startswith(("utf-16", "utf-32"))
    control = sum(head.count(code) for code in (*range(1, 9), *range(14, 26)))
    is_archive = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"SQLite format"))
    if is_archive or (not is_wide and control > len(head) // 50):
        raise TerraDeskError(
            _("“{name}” is not a text table.").format(name=name),
            _("If it is a workbook, give it the suffix .xlsx or .xls; else export it as CSV."),
        )


def _delimiter(sample: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells."""
    whole = sample if len(sample) < _SAMPLE // 4 else sample.rpartition("\n")[0]

    def score(delimiter: str) -> tuple[float, int]:
        try:
            rows = [r for r in csv.reader(io.StringIO(whole, ""), delimiter=delimiter) if any(r)]
        except csv.Error:
            return 0.0, 0
        widths = [len(row) for row in rows[:200]]
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    scores = {delimiter: score(delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda d: (round(scores[d][0], 1), scores[d][1]))


def rows(text: Text, progress: Progress) -> Iterator[tuple[int, list[str]]]:
    """Rows with anything in them and the line each ends on (from 1).

    Raises
    ------
    TerraDeskError
        A quotation mark is opened and never closed.
    """
    size = max(text.path.stat().st_size, 1)
    csv.field_size_limit(_LONGEST_CELL)
    with text.path.open("rb") as raw:
        # a few NULs and wrong bytes are no reason to lose the rest
        file = io.TextIOWrapper(raw, text.encoding, "replace", newline="")
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=text.delimiter, strict=False)
        begun = 0
        try:
            for k, row in enumerate(reader):
                begun, before = reader.line_num, begun
                if begun - before > 1 and (begun - before > _MOST_LINES or lines.end_in_quotes()):
                    raise _never_closed(text.path, before + 1)
                if begun > text.skip and any(row):
                    yield begun, row
                lines.n_quotes = 0
                if k % _CHUNK == _CHUNK - 1:
                    progress(min(raw.tell() / size, 1.0), _("Reading the table"))
        except csv.Error as error:
            raise _never_closed(text.path, begun + 1) from error


_MOST_LINES = 200  # of one row: more means a quotation mark that swallows rows


def _never_closed(path: Path, line: int) -> TerraDeskError:
    return TerraDeskError(
        _("A quotation mark opened near line {n} of “{name}” is never closed.").format(
            n=line, name=isolate(path.name)
        ),
        _("Close or remove it in the file, then import it again."),
    )


class _Lines:
    """The lines of a file without NULs and byte order mark; counts quotation marks."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self.n_quotes = 0
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        first = self._file.readline().lstrip("\ufeff")
        for line in itertools.chain([first] if first else [], self._file):
            if '"' in line:
                self.n_quotes += line.count('"')
            yield line.replace("\0", "") if "\0" in line else line
        self.is_over = True

    def end_in_quotes(self) -> bool:
        """Whether the file has ended within a quoted cell."""
        return self.is_over and self.n_quotes % 2 == 1
