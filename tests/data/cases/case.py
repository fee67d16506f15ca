"""One bad input: its bytes, and the documented outcome."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONG_AGO = (2024, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Case:
    """A file and what should come of it.

    Parameters
    ----------
    file : str
        Within the corpus; of a map of several parts the one that is chosen.
    trouble : str
        What is wrong with it, in a planner's words.
    parts : mapping of str to bytes
        Every part, by its place in the corpus; empty: the file was made once and is kept.
    wish : mapping
        What should come of it, see ``tests/core/corpus.py``.
    """

    file: str
    trouble: str
    parts: Mapping[str, bytes]
    wish: Mapping[str, Any] = field(default_factory=dict)


def one(file: str, trouble: str, data: bytes, **wish: Any) -> Case:
    """A case of a single file."""
    return Case(file, trouble, {file: data}, wish)


def text(file: str, trouble: str, content: str, encoding: str = "utf-8", **wish: Any) -> Case:
    """A case of a text file."""
    return one(file, trouble, content.encode(encoding), **wish)


def refused(message: str, hint: str = ".") -> dict[str, str]:
    """The wish for a file that cannot be used: patterns of the message and of the hint."""
    return {"refused": message, "hint": hint}


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive that is the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = method
            archive.writestr(entry, data)
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    """A .gz that is the same whenever it is made."""
    return gzip.compress(data, mtime=0)


def as_json(value: Any) -> bytes:
    """Compact JSON, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
