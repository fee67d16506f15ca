"""Which files can be imported, and the dialog that asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6 import QtWidgets

from terradesk.i18n import _
from terradesk.readers import all_readers

_PARTS = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".shp.xml"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
}
"""Files that belong to another one and are read with it."""


def main_files(paths: Sequence[Path]) -> list[Path]:
    """Files without those that are read together with another one of them."""
    parts = {
        str(path)[: -len(path.suffix)].casefold() + suffix
        for path in paths
        for suffix in _PARTS.get(path.suffix.lower(), ())
    }
    return [path for path in paths if str(path).casefold() not in parts]


def filters() -> str:
    """Kinds of files for a file dialog: all that can be imported, then each sort by itself."""
    readers = all_readers()
    every = " ".join(dict.fromkeys(f"*{suffix}" for one in readers for suffix in one.suffixes))
    lines = [_("All files that can be imported") + f" ({every})"]
    for reader in readers:
        suffixes = " ".join(f"*{suffix}" for suffix in reader.suffixes)
        lines.append(f"{_(reader.title)} ({suffixes})")
    return ";;".join(lines)


def ask_file(parent: QtWidgets.QWidget, folder: Path | str, gives: str = "") -> Path | None:
    """Ask for a file to import; ``gives`` (boundaries, table) shows only one sort at first."""
    every = filters()
    chosen = ""
    for k, reader in enumerate(all_readers(), 1):
        if gives and reader.gives == gives and not chosen:
            chosen = every.split(";;")[k]
    text, _filter = QtWidgets.QFileDialog.getOpenFileName(
        parent, _("Import"), str(folder), every, chosen
    )
    return Path(text) if text else None
