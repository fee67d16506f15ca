"""Tables inside zip archives: what is in one decides whether it is read as a table or a map."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.readers import archives
from terradesk.readers.maps import archived as map_archives
from terradesk.readers.tabular import spreadsheets

SUFFIX = ".zip"
_TEXTS = (".csv", ".tsv", ".txt")
_BESIDE = re.compile(r"(read[\W_]*me|licen[cs]e|copying|notice|terms|attribution)\b.*", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """A table in an archive.

    Parameters
    ----------
    name : str
        Without its folder where no other table is called so.
    place : str
        As the archive calls it.
    """

    name: str
    place: str

    @property
    def is_text(self) -> bool:
        """Whether it is a text table, and no workbook."""
        return self.name.lower().endswith(_TEXTS)


def holds_tables(path: Path) -> bool:
    """Whether a file is an archive with tables and no maps; by its directory alone."""
    if path.suffix.lower() != SUFFIX or not path.is_file():
        return False
    try:
        return bool(entries(path))
    except TerraDeskError:
        return False


def entries(path: Path) -> tuple[Entry, ...]:
    """The tables of an archive in its order; none where it holds a map.

    A text that only tells about the others, such as readme.txt, is none unless it is alone.

    Raises
    ------
    TerraDeskError
        The archive is damaged, encrypted or not safe.
    """
    archives.check(path, archives.MOST_BYTES)
    try:
        with zipfile.ZipFile(path) as archive:
            places = [one.filename for one in archive.infolist() if not one.is_dir()]
            places = [one for one in places if not map_archives.is_hidden(one)]
            if any(map_archives.is_map(archive, one) for one in places):
                return ()
    except archives.DAMAGED as error:
        raise archives.damaged(path) from error
    found = [one for one in places if one.lower().endswith((*_TEXTS, *spreadsheets.SUFFIXES))]
    told = [one for one in found if not _BESIDE.fullmatch(_path(one).stem)]
    return _named(told or found)


def _path(place: str) -> PurePosixPath:
    return PurePosixPath(place.replace("\\", "/"))


def _named(places: Sequence[str]) -> tuple[Entry, ...]:
    names = [_path(place).name for place in places]
    return tuple(
        Entry(name if names.count(name) == 1 else str(_path(place)), place)
        for name, place in zip(names, places, strict=True)
    )


def chosen(path: Path, name: str | None) -> tuple[Entry, str | None]:
    """The table of an archive that is meant, and the sheet where it is a workbook.

    Parameters
    ----------
    path : Path
    name : str, optional
        As `part_name` makes it, or of a sheet where there is one workbook; the first table unless
        given.

    Raises
    ------
    TerraDeskError
        There is no table, or none of that name.
    """
    found = entries(path)
    if not found:
        raise TerraDeskError(
            _("“{name}” holds no table.").format(name=isolate(path.name)),
            _("It needs a text table (.csv, .txt) or a workbook (.xlsx)."),
        )
    if not name:
        return found[0], None
    for one in found:
        if name == one.name:
            return one, None
        if not one.is_text and name.startswith(f"{one.name}: "):
            return one, name.removeprefix(f"{one.name}: ")
    if len(found) == 1 and not found[0].is_text:
        return found[0], name
    raise TerraDeskError(
        _("“{file}” has no table “{name}”.").format(file=isolate(path.name), name=isolate(name)),
        _("It has: {names}").format(names=", ".join(isolate(one.name) for one in found)),
    )


def part_name(entry: Entry, sheet: str) -> str:
    """What a sheet of one of several workbooks is called."""
    return f"{entry.name}: {sheet}"


def unpack(path: Path, entry: Entry, folder: Path, most: int | None = None) -> Path:
    """Unpack one table into a folder, never where the archive says.

    Parameters
    ----------
    path : Path
        `entries` has looked at it.
    entry : Entry
    folder : Path
    most : int, optional
        Bytes from its beginning, whole lines of them.

    Raises
    ------
    TerraDeskError
        It is damaged.
    """
    where = _path(entry.place)
    target = folder / map_archives.harmless(where.stem, where.suffix.lower())
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry.place) as source:
            if most is not None:
                data = source.read(most)
                target.write_bytes(data if len(data) < most else data[: data.rfind(b"\n") + 1])
                return target
            with target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    except archives.DAMAGED as error:
        raise archives.damaged(path) from error
    return target
