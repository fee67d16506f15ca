"""Zip archives, checked before anything is unpacked."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate

MOST_BYTES = 2 << 30  # unpacked, of boundary files
MOST_BYTES_WORKBOOK = 1 << 30
MOST_ENTRIES = 2000
MOST_RATIO = 200  # deflate reaches 1,000; tables and shapes stay below 30
DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
"""What Python raises over an archive whose content is not what its directory says."""

_SMALL = 50 << 20  # whatever its ratio, this much is harmless


def check(path: Path, most_bytes: int) -> None:
    """Refuse an archive that is damaged, encrypted or a bomb, by its directory alone.

    Raises
    ------
    TerraDeskError
    """
    name = isolate(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged(path) from error
    size = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    is_bomb = size > _SMALL and size > MOST_RATIO * packed
    if size > most_bytes or is_bomb or len(entries) > MOST_ENTRIES:
        raise _unsafe(path, size)
    if any(entry.flag_bits & 1 for entry in entries):
        raise TerraDeskError(
            _("“{name}” is protected with a password.").format(name=name),
            _("Remove the protection, then choose the file again."),
        )


def gunzip(path: Path, folder: Path) -> Path:
    """Unpack a .gz file, up to a bound.

    Raises
    ------
    TerraDeskError
        It is damaged, or too large.
    """
    target = folder / path.with_suffix("").name
    most = max(_SMALL, min(MOST_BYTES, MOST_RATIO * path.stat().st_size))
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
                if sink.tell() > most:
                    raise _unsafe(path, sink.tell())
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path) from error
    return target


def _unsafe(path: Path, size: int) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” would unpack to {size} MB, which is not safe to open.").format(
            name=isolate(path.name), size=f"{size / 1e6:,.0f}"
        ),
        _("If you trust the file, unpack it yourself and choose what is inside."),
    )


def damaged(path: Path) -> TerraDeskError:
    """What to say about an archive that cannot be unpacked."""
    return TerraDeskError(
        _("“{name}” is damaged and cannot be unpacked.").format(name=isolate(path.name)),
        _("Copy or download the file again."),
    )
