"""Maps with one feature a line: the lines that are no JSON, which GDAL leaves out silently."""

from __future__ import annotations

import json
from pathlib import Path

from terradesk.i18n import isolate, ngettext, number
from terradesk.readers.report import Issue, Reject, issue, reject

SUFFIXES = (".geojsonl", ".geojsons", ".ndjson")


def left_out(path: Path, n_rows: int) -> tuple[list[Reject], list[Issue]]:
    """Lines that were left out.

    Parameters
    ----------
    path : Path
    n_rows : int
        That were read: where there are no fewer than lines, none is missing.

    Returns
    -------
    rejects : list of Reject
    issues : list of Issue
        One, or none.
    """
    data = path.read_bytes()
    mark = b"\x1e" if b"\x1e" in data else b"\n"
    lines = [(k, line) for k, line in enumerate(data.split(mark), 1) if line.strip()]
    if len(lines) <= n_rows:
        return [], []
    broken = [(k, line.decode("utf-8", "replace")) for k, line in lines if not _is_json(line)]
    if not broken:
        return [], []
    text = ngettext(
        "{n} line of “{file}” is damaged and was left out.",
        "{n} lines of “{file}” are damaged and were left out.",
        len(broken),
    )
    told = text.format(n=number(len(broken)), file=isolate(path.name))
    rows = [k for k, _line in broken]
    told_of = issue("broken_line", told, rows, is_lines=True)
    return [reject(k, "broken_line", [line.strip()]) for k, line in broken], [told_of]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
