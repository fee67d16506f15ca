"""Shapefiles that lack parts, or whose parts do not agree: made whole in a copy.

Layout: ESRI Shapefile Technical Description (1998); dBASE III table files.
"""

from __future__ import annotations

import codecs
import re
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.maps import spelling
from terradesk.readers.report import Issue, issue

_KINDS = (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31)
_HEAD = 100  # bytes, of .shp and .shx
_LANGUAGES = {  # of byte 29 of a table, where it names an encoding that is still met
    **{0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x13: "cp932"},
    **{0x26: "cp866", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "big5", 0x50: "cp874"},
    **{0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866"},
    **{0x66: "cp865", 0x78: "big5", 0x79: "cp949", 0x7A: "gbk", 0x7B: "cp932"},
    **{0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254"},
    **{0xCB: "cp1253", 0xCC: "cp1257"},
}
_UNSURE = (0x00, 0x57)  # written by programs that do not know


def sibling(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another suffix, in small or capital letters."""
    for spelled in (suffix, suffix.upper(), suffix.capitalize()):
        candidate = path.with_suffix(spelled)
        if candidate.is_file():
            return candidate
    return None


def whole(path: Path, folder: Path, issues: list[Issue]) -> Path:
    """A shapefile with an index that fits it: itself, or a copy with another index.

    Parameters
    ----------
    path : Path
        Of the .shp.
    folder : Path
        Where a copy may go.
    issues : list of Issue
        What to tell is added.
    """
    table = sibling(path, ".dbf")
    if table is None:
        text = _("The table “{name}” is missing, so there are shapes without codes and names.")
        name = isolate(path.with_suffix(".dbf").name)
        issues.append(issue("no_table", text.format(name=name), n=1))
    index = sibling(path, ".shx")
    fits = index is not None and _fits(path, index)
    starts, lengths, is_cut = _records(path) if not fits else (_NONE, _NONE, False)
    n = _n_entries(index) if fits else len(starts)
    n_short = _n_short(table, n) if table is not None else 0
    if table is not None and not is_cut and _n_rows(table) > n:
        issues.append(_longer(table, _n_rows(table) - n))
    if n == 0 or (fits and not n_short):
        return path
    copy = _copied(path, folder)
    if not fits:
        n_lost = max(_n_rows(table) - n, 0) if table is not None and is_cut else 0
        _write_copy(path, copy, starts, lengths, n_lost)
        issues.append(_told(path, index is None, n_lost))
    elif index is not None:
        shutil.copyfile(path, copy)
        shutil.copyfile(index, copy.with_suffix(".shx"))
    if n_short:
        issues.append(_filled(copy, n_short))
    return copy


_NONE = np.empty(0, np.int64)


def _copied(path: Path, folder: Path) -> Path:
    """Where a copy of a shapefile goes, the parts that are fine beside it."""
    place = folder / f"whole{sum(1 for _p in folder.iterdir())}"
    place.mkdir()
    for suffix in (".dbf", ".prj", ".cpg"):
        part = sibling(path, suffix)
        if part:
            shutil.copyfile(part, place / (path.stem + suffix))
    return place / (path.stem + ".shp")


def _n_entries(index: Path | None) -> int:
    return (index.stat().st_size - _HEAD) // 8 if index is not None else 0


def _n_short(table: Path, n_shapes: int) -> int:
    """Shapes without a row of the table, which GDAL would leave out."""
    head = _table(table)
    if head is None or head.width == 0:
        return 0
    return max(n_shapes - _n_rows(table), 0)


def _filled(copy: Path, n_short: int) -> Issue:
    """Give a table that ends early the empty rows that are missing."""
    place = copy.with_suffix(".dbf")
    head = _table(place)
    assert head is not None
    data = place.read_bytes()
    there = _n_rows(place)
    data = data[: head.start + there * head.width]
    rows = struct.pack("<I", there + n_short)
    place.write_bytes(data[:4] + rows + data[8:] + b" " * (n_short * head.width) + b"\x1a")
    text = ngettext(
        "The table “{file}” is cut off: the cells of {n} row are missing.",
        "The table “{file}” is cut off: the cells of {n} rows are missing.",
        n_short,
    )
    text = text.format(file=isolate(place.name), n=number(n_short))
    return issue("table_cut", text, n=n_short)


def _longer(table: Path, n: int) -> Issue:
    text = ngettext(
        "{n} row at the end of the table “{file}” has no shape and was left out.",
        "{n} rows at the end of the table “{file}” have no shape and were left out.",
        n,
    )
    return issue("no_shape", text.format(n=number(n), file=isolate(table.name)), n=n)


def _told(path: Path, is_missing: bool, n_lost: int) -> Issue:
    name = isolate(path.with_suffix(".shx").name)
    if n_lost:
        text = ngettext(
            "“{file}” is cut off: the shape of {n} row is missing.",
            "“{file}” is cut off: the shapes of {n} rows are missing.",
            n_lost,
        )
        text = text.format(file=isolate(path.name), n=number(n_lost))
        return issue("cut_off", text, n=n_lost)
    if is_missing:
        text = _("The file “{name}” was missing; the order of the shapes was restored without it.")
    else:
        text = _("The file “{name}” does not fit the shapes; their order was restored without it.")
    return issue("index_rebuilt", text.format(name=name), n=1, level="info")


def _fits(path: Path, index: Path) -> bool:
    """Whether each entry of the index points at a record of the length that it says."""
    data = index.read_bytes()
    if len(data) < _HEAD or (len(data) - _HEAD) % 8:
        return False
    entries = np.frombuffer(data, ">i4", offset=_HEAD).reshape(-1, 2).astype(np.int64)
    if len(entries) == 0:
        return path.stat().st_size <= _HEAD
    starts, lengths = 2 * entries[:, 0], 2 * entries[:, 1]
    size = path.stat().st_size
    if (starts < _HEAD).any() or (lengths < 4).any() or (starts + 8 + lengths > size).any():
        return False
    shapes = np.memmap(path, np.uint8, "r")
    told = shapes[(starts + 4)[:, None] + np.arange(4)]
    kinds = shapes[(starts + 8)[:, None] + np.arange(4)]
    said = 2 * told.copy().view(">i4").ravel().astype(np.int64)
    if not ((said == lengths).all() and np.isin(kinds.copy().view("<i4"), _KINDS).all()):
        return False
    return not _has_record(path, int((starts + 8 + lengths).max()))


def _has_record(path: Path, at: int) -> bool:
    """Whether a whole record begins at a place: one behind all that an index knows."""
    with path.open("rb") as file:
        file.seek(at)
        head = file.read(12)
    if len(head) < 12:
        return False
    (words,), (kind,) = struct.unpack(">i", head[4:8]), struct.unpack("<i", head[8:])
    return words >= 2 and kind in _KINDS and at + 8 + 2 * words <= path.stat().st_size


def _records(path: Path) -> tuple[np.ndarray, np.ndarray, bool]:
    """Starts and content lengths (bytes) of the records that follow each other in a .shp.

    Also whether the last one is cut off or spoilt.
    """
    size = path.stat().st_size
    starts, lengths = [], []
    at = _HEAD
    with path.open("rb") as file:
        while at + 12 <= size:
            file.seek(at)
            _number, words, kind = struct.unpack(">ii", file.read(8)) + struct.unpack(
                "<i", file.read(4)
            )
            if words < 2 or kind not in _KINDS or at + 8 + 2 * words > size:
                break
            starts.append(at)
            lengths.append(2 * words)
            at += 8 + 2 * words
    return np.array(starts, np.int64), np.array(lengths, np.int64), at < size


def _write_copy(
    path: Path, copy: Path, starts: np.ndarray, lengths: np.ndarray, n_missing: int
) -> None:
    """The complete records with their index; rows of the table beyond them get no shape."""
    end = int(starts[-1] + 8 + lengths[-1])
    empty = b"".join(
        struct.pack(">ii", len(starts) + k + 1, 2) + struct.pack("<i", 0) for k in range(n_missing)
    )
    starts = np.concatenate((starts, end + 12 * np.arange(n_missing)))
    lengths = np.concatenate((lengths, np.full(n_missing, 4)))
    with path.open("rb") as source, copy.open("wb") as sink:
        head = source.read(_HEAD)
        sink.write(head[:24] + struct.pack(">i", (end + len(empty)) // 2) + head[28:])
        left = end - _HEAD
        while left > 0 and (block := source.read(min(1 << 20, left))):
            sink.write(block)
            left -= len(block)
        sink.write(empty)
    entries = np.column_stack((starts // 2, lengths // 2)).astype(">i4")
    size = struct.pack(">i", (_HEAD + 8 * len(entries)) // 2)
    copy.with_suffix(".shx").write_bytes(head[:24] + size + head[28:] + entries.tobytes())


def without_system(path: Path, folder: Path, issues: list[Issue]) -> Path:
    """A shapefile without its .prj, where there is one: a copy, and that is told."""
    place = sibling(path, ".prj") if path.suffix.lower() == ".shp" else None
    if place is None:
        return path
    copy = _copied(path, folder)
    copy.with_suffix(".prj").unlink(missing_ok=True)
    for suffix in (".shp", ".shx"):
        part = sibling(path, suffix)
        if part is not None:
            shutil.copyfile(part, copy.with_suffix(suffix))
    told = _("The file “{name}” names no known coordinate system.").format(name=isolate(place.name))
    issues.append(issue("prj_unknown", told, n=1))
    return copy


# ---------------------------------------------------------------------- the table
@dataclass(frozen=True, slots=True)
class _Table:
    """The head of a .dbf."""

    n_rows: int
    start: int
    width: int
    language: int
    texts: tuple[tuple[int, int], ...]  # start and stop of the columns of text in a row
    names: bytes


def _table(path: Path) -> _Table | None:
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            return None
        n_rows, start, width = struct.unpack("<IHH", head[4:12])
        fields = file.read(max(start - 32, 0))
    texts, names, at = [], [], 1
    for k in range(0, len(fields) - 31, 32):
        if fields[k] in (0x0D, 0x00):
            break
        size = fields[k + 16]
        names.append(fields[k : k + 11].split(b"\0")[0])
        if fields[k + 11 : k + 12] == b"C":
            size += fields[k + 17] << 8
            texts.append((at, at + size))
        at += size
    return _Table(n_rows, start, width, head[29], tuple(texts), b" ".join(names))


def _n_rows(path: Path) -> int:
    table = _table(path)
    if table is None or table.width == 0:
        return 0
    return min(table.n_rows, (path.stat().st_size - table.start) // table.width)


def encoding(path: Path, issues: list[Issue]) -> str:
    """Encoding of the texts of a shapefile, a codec of Python.

    Parameters
    ----------
    path : Path
        Of the .shp.
    issues : list of Issue
        Told where the files say another encoding than the texts are in, or none.
    """
    place = sibling(path, ".dbf")
    table = _table(place) if place is not None else None
    if place is None or table is None or table.width == 0:
        return "utf-8"
    said = _said(path)
    hinted = said or _LANGUAGES.get(table.language, "")
    cells = list(_cells(place, table))
    if not cells:
        return hinted or "utf-8"
    found = spelling.encoding_of_cells(cells, hinted)
    if found != hinted and (said or table.language not in _UNSURE):
        text = _("The names are written in {found}, although the file says {said}.")
        text = text.format(found=_shown(found), said=_shown(hinted))
        issues.append(issue("encoding", text, n=1, level="info"))
    elif not hinted and found != "utf-8":
        text = _("The file does not say its encoding; the names look right in {found}.")
        issues.append(issue("encoding", text.format(found=_shown(found)), n=1, level="info"))
    return found


def _shown(name: str) -> str:
    return "UTF-8" if name == "utf-8" else name.replace("_", "-").upper().replace("CP", "CP ")


def _cells(path: Path, table: _Table) -> Iterator[bytes]:
    """Cells with bytes beyond ASCII, and the names of the columns when they have such."""
    if not table.names.isascii():
        yield from (name for name in table.names.split(b" ") if not name.isascii())
    n = min(table.n_rows, max(path.stat().st_size - table.start, 0) // table.width)
    if n == 0:
        return
    data = np.memmap(path, np.uint8, "r", table.start, (n, table.width))
    for start, stop in table.texts:
        column = data[:, start : min(stop, table.width)]
        for row in np.flatnonzero((column > 127).any(axis=1))[:400]:
            yield column[row].tobytes().rstrip(b" \0")


def _said(path: Path) -> str:
    """The codec that the .cpg names; empty where there is none that makes sense."""
    place = sibling(path, ".cpg")
    if place is None:
        return ""
    text = place.read_bytes()[:100].decode("ascii", "ignore").strip().strip("\0").lower()
    text = text.removeprefix("ansi").removeprefix("oem").strip(" _-")
    if match := re.fullmatch(r"(?:cp|windows-?)?(\d{3,5})", text):
        digits = match.group(1)
        text = {"65001": "utf-8", "936": "gbk", "54936": "gb18030", "950": "big5"}.get(digits, "")
        text = text or (f"iso8859-{digits[4:]}" if digits[:4] == "8859" else f"cp{digits}")
    try:
        return codecs.lookup(text).name if text else ""
    except LookupError:
        return ""


# ---------------------------------------------------------------------- the coordinate system
_SYSTEM = re.compile(
    r"(EPSG|ESRI|OGC|IGNF):[\w.]+$|(\+init=\w+:\d+ ?)?\+?\w*proj=|[A-Z]\w*(CRS|CS)\s*\[", re.I
)


def said_system(path: Path) -> str:
    """What a .prj that GDAL cannot read says, where it may name a coordinate system."""
    place = sibling(path, ".prj")
    if place is None:
        return ""
    text = " ".join(place.read_bytes()[:8192].decode("utf-8-sig", "ignore").split())
    return text if _SYSTEM.match(text) else ""
