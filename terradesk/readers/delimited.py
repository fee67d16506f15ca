"""Text tables: encoding, delimiter and rows of a CSV file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.readers import encodings
from terradesk.readers.encodings import Encoded

MOST_BYTES = 2 << 30
DELIMITERS = (",", ";", "\t", "|", ":")

_SAMPLE = 1 << 16
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|ogr)", re.IGNORECASE)
_LONGEST_CELL = 100_000
_BLOCK = 5000  # lines at a time
_MOST_LINES = 200  # of one row: more means a quotation mark that swallows rows
_MOST_TROUBLE = 1000  # rows against the rules of quoting; a file with more has rules of its own

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Text:
    """A text file and how to read it.

    Parameters
    ----------
    path : Path
    encoded : Encoded
    delimiter : str
    skip : int
        Lines before the table: Excel's "sep=;".
    width : int
        Cells that most rows have.
    """

    path: Path
    encoded: Encoded
    delimiter: str
    skip: int
    width: int = 0

    @property
    def encoding(self) -> str:
        """Encoding of all its lines, or of most of them."""
        return self.encoded.encoding

    @property
    def is_twice(self) -> bool:
        """Whether its texts were encoded twice and are to be put right."""
        return self.encoding == encodings.MENDED


@dataclass(slots=True)
class Batch:
    """Some rows as they stand in a file, blank ones too.

    Parameters
    ----------
    rows : list of list of str
    lines : range or list of int
        Line each begins on, from 1.
    quoted : list of int
        Lines whose quotation marks were taken as they stand.
    filled : list of int
        Rows of a sheet with cells that are merged with those above.
    """

    rows: Rows
    lines: Sequence[int]
    quoted: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)


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
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    refuse_binary(head, name)
    found = Encoded(_known(encoding, head)) if encoding else encodings.encoding_of(path)
    sample = _sample(path, found)
    if not sample.strip("\ufeff\0 \t\r\n"):
        raise TerraDeskError(
            _("“{name}” is empty.").format(name=name), _("Choose another file, or fill this one.")
        )
    said = re.match(r"sep=(.)\r?\n", sample)
    told = delimiter or (said.group(1) if said else "")
    rest = sample[said.end() :] if said else sample
    mark, width = _delimiter(rest, (told,) if told else DELIMITERS)
    return Text(path, found, mark, int(said is not None), width)


def _known(encoding: str, head: bytes) -> str:
    """An encoding that was chosen, as Python needs it for the beginning of a file.

    Raises
    ------
    TerraDeskError
        Python does not know it.
    """
    if encoding == encodings.MENDED:
        return encoding
    try:
        name = codecs.lookup(encoding).name
        "a".encode(encoding)
    except (LookupError, UnicodeError) as error:
        raise TerraDeskError(
            _("There is no encoding “{name}”.").format(name=isolate(encoding)),
            _("There are: {names}.").format(names=", ".join(encodings.ENCODINGS)),
        ) from error
    is_wide = name in ("utf-16", "utf-32")
    return f"{name}-le" if is_wide and not encodings.by_mark(head).startswith(name) else encoding


def _sample(path: Path, encoded: Encoded) -> str:
    """The first lines, as decoded."""
    with _lines(path, encoded) as (lines, _place):
        taken: list[str] = []
        size = 0
        while size < _SAMPLE and (line := next(lines, "")):
            taken.append(line[:_SAMPLE])
            size += len(line)
    return "".join(taken)


def refuse_binary(head: bytes, name: str) -> None:
    """Refuse what is no text.

    Parameters
    ----------
    head : bytes
        Beginning of the file.
    name : str
        Of the file, as shown.

    Raises
    ------
    TerraDeskError
    """
    is_wide = encodings.by_mark(head).startswith(("utf-16", "utf-32"))
    control = sum(head.count(code) for code in (*range(1, 9), *range(14, 26)))
    is_binary = control > max(len(head) // 50, 8) or head.count(0) > max(len(head) // 5, 8)
    is_archive = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"SQLite format"))
    if _PAGE.match(head):
        raise TerraDeskError(
            _("“{name}” is not a text table: it holds a web page or XML.").format(name=name),
            _("Ask for the file again, or export it as .xlsx or .csv."),
        )
    if is_archive or (not is_wide and is_binary):
        raise TerraDeskError(
            _("“{name}” is not a text table.").format(name=name),
            _("If it is a workbook, give it the suffix .xlsx or .xls; else export it as CSV."),
        )


def _delimiter(sample: str, choices: Sequence[str]) -> tuple[str, int]:
    """The delimiter that cuts the first lines into the same number of cells, and that number."""
    whole = sample if len(sample) < _SAMPLE // 4 else sample.rpartition("\n")[0]

    def score(delimiter: str) -> tuple[float, int]:
        try:
            rows = [r for r in csv.reader(io.StringIO(whole, ""), delimiter=delimiter) if any(r)]
        except csv.Error:
            return 0.0, 1
        widths = [len(row) for row in rows[:200]]
        usual = max(set(widths), key=widths.count) if widths else 1
        same = widths.count(usual) / len(widths) if usual > 1 else 0.0
        return (same * (0.5 if delimiter == ":" else 1.0)), usual  # times and links hold colons

    scores = {delimiter: score(delimiter) for delimiter in choices}
    best = max(choices, key=lambda d: (round(scores[d][0], 1), scores[d][1]))
    if best == ":" and scores[best][0] < 0.45:
        best = choices[0]
    return best, scores[best][1]


# ---------------------------------------------------------------------- rows
@contextmanager
def _lines(path: Path, encoded: Encoded) -> Iterator[tuple[Iterator[str], Callable[[], int]]]:
    """Lines of a file with their ends, and how far it was read in bytes."""
    with path.open("rb") as raw:
        if encoded.other:
            yield encodings.decoded_lines(raw, encoded), raw.tell
            return
        name = "utf-8" if encoded.encoding == encodings.MENDED else encoded.encoding
        # a few wrong bytes are no reason to lose the rest
        with io.TextIOWrapper(raw, name, "replace", newline="") as text:
            first = text.readline().removeprefix("\ufeff")
            yield chain([first] if first else [], text), raw.tell


def batches(text: Text, progress: Progress) -> Generator[Batch, None, None]:
    """Rows of a text file.

    Raises
    ------
    TerraDeskError
        A quotation mark is opened and never closed, and the row does not fit without it.
    """
    size = max(text.path.stat().st_size, 1)
    with _lines(text.path, text.encoded) as (lines, place):
        for _k in range(text.skip):
            next(lines, "")
        parser = Parser(text)
        pending: list[str] = []
        while True:
            more = list(islice(lines, _BLOCK))
            pending += more
            if not pending:
                return
            batch, n_used = parser.cut(pending, is_last=not more)
            if batch.rows:
                yield batch
                progress(min(place() / size, 1.0), _("Reading the table"))
            pending = pending[n_used:]


_BREAK = re.compile(r"\r\n|\r|\n")


class Parser:
    """Cuts lines into rows.

    The rules of quoting are kept strictly, so that a quotation mark that is never closed is
    noticed; what breaks them is read as it fits the other rows.

    Parameters
    ----------
    text : Text
    """

    def __init__(self, text: Text) -> None:
        csv.field_size_limit(_LONGEST_CELL)
        self._text = text
        self._n_trouble = 0
        self._line = text.skip + 1  # of the first line that was not cut yet

    def cut(self, block: list[str], is_last: bool) -> tuple[Batch, int]:
        """Rows of some lines, and how many of the lines those are.

        Parameters
        ----------
        block : list of str
        is_last : bool
            No lines follow.

        Raises
        ------
        TerraDeskError
            A quotation mark is opened and never closed.
        """
        batch = Batch([], [])
        n_used = 0
        while n_used < len(block):
            part = block[n_used:] if n_used else block
            rows, failure = self._rows(part)
            n_whole = self._add(batch, rows, part, n_used, is_all=not failure)
            n_used += n_whole
            if not failure:
                break
            span = self._mend(batch, block[n_used:], n_used, failure, is_last)
            if span == 0:
                break
            n_used += span
        self._line += n_used
        if self._text.is_twice:
            batch.rows = [[encodings.mended(cell) for cell in row] for row in batch.rows]
        return batch, n_used

    def _rows(self, lines: list[str]) -> tuple[Rows, str]:
        """Rows up to the first that breaks the rules, and what is wrong there."""
        rows: Rows = []
        is_strict = self._n_trouble < _MOST_TROUBLE
        try:
            rows.extend(csv.reader(lines, delimiter=self._text.delimiter, strict=is_strict))
        except csv.Error as error:
            return rows, str(error)
        may_be_open = not is_strict and rows and _spans(rows[-1:])[0] > 1
        if may_be_open and sum(_spans(rows)) > len(lines):
            return rows[:-1], _UNFINISHED
        return rows, ""

    def _add(self, batch: Batch, rows: Rows, part: list[str], before: int, is_all: bool) -> int:
        """Add rows that keep the rules; how many lines they take."""
        first = self._line + before
        if is_all and len(rows) == len(part):
            lines = range(first, first + len(rows))
            batch.lines = [*batch.lines, *lines] if batch.rows else lines
            batch.rows += rows
            return len(rows)
        batch.lines = list(batch.lines)
        at = 0
        for row, span in zip(rows, _spans(rows), strict=True):
            literal = self._literal(part[at : at + span]) if span > 1 else None
            if literal is None or len(row) == self._text.width:
                batch.rows.append(row)
                batch.lines.append(first + at)
            else:  # two stray quotation marks had joined whole rows
                batch.rows += literal
                batch.lines += range(first + at, first + at + span)
                batch.quoted.append(first + at)
            at += span
        return len(part) if is_all else at

    def _literal(self, lines: list[str]) -> Rows | None:
        """Rows with quotation marks as they stand, if all have the usual number of cells."""
        mark = self._text.delimiter
        try:
            rows = list(csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE))
        except csv.Error:
            return None
        if self._text.width < 2 or any(len(row) != self._text.width for row in rows):
            return None
        return [[_unquoted(cell) for cell in row] for row in rows]

    def _mend(self, batch: Batch, rest: list[str], before: int, failure: str, is_last: bool) -> int:
        """Add the row that breaks the rules; lines it takes, 0 where more are needed."""
        some = rest[:_MOST_LINES]
        is_short = not is_last and len(rest) < _MOST_LINES
        if failure == _UNFINISHED and is_short:
            return 0
        row, span = self._lenient(some)
        is_closed = row is not None and span <= len(some)
        if not is_closed and is_short:
            return 0
        self._n_trouble += 1
        line = self._line + before
        literal = self._literal(rest[:1])
        if literal is not None:
            if not is_closed or span > 1:
                batch.quoted.append(line)
            row, span = literal[0], 1
        elif row is None or not is_closed or (span > 1 and len(row) != self._text.width):
            raise never_closed(self._text.path, line)
        batch.rows.append(row)
        batch.lines = [*batch.lines, line]
        return span

    def _lenient(self, lines: list[str]) -> tuple[list[str] | None, int]:
        """The first row of some lines, whatever its quotation marks, and the lines it takes.

        More lines than there are: the row is not closed.
        """
        ended = lines[-1] if lines[-1].endswith(("\n", "\r")) else lines[-1] + "\n"
        try:
            row = next(csv.reader([*lines[:-1], ended], delimiter=self._text.delimiter))
        except csv.Error:
            return None, len(lines) + 1
        return row, _spans([row])[0]


_UNFINISHED = "unexpected end of data"  # as the csv module says it


def _spans(rows: Rows) -> list[int]:
    """Lines that each row takes."""
    return [1 + sum(len(_BREAK.findall(c)) for c in row if "\n" in c or "\r" in c) for row in rows]


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def never_closed(path: Path, line: int) -> TerraDeskError:
    """What to say of a quotation mark that swallows the rest of a file."""
    return TerraDeskError(
        _("A quotation mark opened near line {n} of “{name}” is never closed.").format(
            n=line, name=isolate(path.name)
        ),
        _("Close or remove it in the file, then import it again."),
    )
