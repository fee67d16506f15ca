"""Text tables: encoding, delimiter and rows of a CSV file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.readers.tabular import encodings
from terradesk.readers.tabular.encodings import Encoded
from terradesk.readers.tabular.quoting import Batch, Parser

MOST_BYTES = 2 << 30
DELIMITERS = (",", ";", "\t", "|", ":")

_SAMPLE = 1 << 16
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|ogr)", re.IGNORECASE)
_BLOCK = 5000  # lines at a time


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
    if name not in ("utf-16", "utf-32"):
        return encoding
    found = encodings.by_mark(head)
    return found if found.startswith(name) else f"{name}-le"


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
        parser = Parser(text.path, text.delimiter, text.width, text.skip + 1)
        pending: list[str] = []
        while True:
            more = list(islice(lines, _BLOCK))
            pending += more
            if not pending:
                return
            batch, n_used = parser.cut(pending, is_last=not more)
            if text.is_twice:
                batch.rows = [[encodings.mended(cell) for cell in row] for row in batch.rows]
            if batch.rows:
                yield batch
                progress(min(place() / size, 1.0), _("Reading the table"))
            pending = pending[n_used:]
