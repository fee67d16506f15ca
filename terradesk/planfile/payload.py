"""What an edit changed, as the compressed blob of a history row.

A blob is zlib of: length of the head (uint32, little endian), the head as UTF-8 JSON, then the
numbers of all changes one after the other, little endian. The head holds ``records`` and
``batches`` in full and for each change its table, column, alignment, number of rows and the type
of its values; a change's numbers are its rows as int32 differences, then ``before``, then
``after``. Values that are text stand in the head instead.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from terradesk import records as rec
from terradesk.edits import Batch, Change, Edit, Record

_LARGEST = 2 << 30
_TYPES = ("<i4", "<i8", "|u1", "|b1", "<f8")


def encode(edit: Edit) -> bytes:
    """Blob of the edit's changes, records and batches."""
    numbers: list[bytes] = []
    head = {
        "changes": [_change_head(change, numbers) for change in edit.changes],
        "records": [_record_head(record) for record in edit.records],
        "batches": [[b.table, b.batch, b.was_present, b.is_present] for b in edit.batches],
    }
    text = json.dumps(head, separators=(",", ":"), default=_plain).encode()
    return zlib.compress(b"".join([struct.pack("<I", len(text)), text, *numbers]), 1)


def _plain(value: Any) -> Any:
    """Python number of a numpy scalar."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be kept in the history")


def _change_head(change: Change, numbers: list[bytes]) -> dict[str, Any]:
    kind = _type_of(change.before, change.after)
    head: dict[str, Any] = {
        "table": change.table,
        "column": change.column,
        "alignment": int(change.alignment),
        "n": len(change.rows),
        "type": kind,
    }
    numbers.append(np.diff(change.rows, prepend=np.int32(0)).astype("<i4").tobytes())
    if kind == "text":
        return {**head, "before": _texts(change.before), "after": _texts(change.after)}
    numbers += [side.astype(kind).tobytes() for side in (change.before, change.after)]
    return head


def _type_of(before: np.ndarray, after: np.ndarray) -> str:
    if any(side.dtype.kind not in "biuf" for side in (before, after)):
        return "text"
    joined = np.result_type(before.dtype, after.dtype)
    if joined.kind in "bf":
        return "|b1" if joined.kind == "b" else "<f8"
    return {"uint8": "|u1", "int32": "<i4"}.get(joined.name, "<i8")


def _texts(values: np.ndarray) -> list[str]:
    return [str(value) for value in values]


def _record_head(record: Record) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "alignment": record.row.alignment,
        "uid": record.row.uid,
        "before": rec.to_fields(record.before) if record.before else None,
        "after": rec.to_fields(record.after) if record.after else None,
    }


def decode(blob: bytes) -> tuple[tuple[Change, ...], tuple[Record, ...], tuple[Batch, ...]]:
    """Changes, records and batches of a blob.

    Raises
    ------
    ValueError
        If it is damaged.
    KeyError
        If it holds something this version does not know.
    """
    body = _unpacked(blob)
    (size,) = struct.unpack_from("<I", body)
    head = json.loads(body[4 : 4 + size])
    at = 4 + size
    changes = []
    for entry in head["changes"]:
        change, at = _change(entry, body, at)
        changes.append(change)
    records = tuple(_record(entry) for entry in head["records"])
    return tuple(changes), records, tuple(Batch(*entry) for entry in head["batches"])


def _unpacked(blob: bytes) -> bytes:
    expand = zlib.decompressobj()
    try:
        body = expand.decompress(blob, _LARGEST)
    except zlib.error as error:
        raise ValueError("a step of the history is damaged") from error
    if not expand.eof or len(body) < 4:
        raise ValueError("a step of the history is damaged")
    return body


def _change(entry: Mapping[str, Any], body: bytes, at: int) -> tuple[Change, int]:
    n, kind = int(entry["n"]), entry["type"]
    if kind != "text" and kind not in _TYPES:
        raise ValueError(f"a step of the history holds values of type {kind}")
    rows, at = np.cumsum(np.frombuffer(body, "<i4", n, at), dtype=np.int32), at + 4 * n
    if kind == "text":
        sides = [np.array([*entry[side], None], object)[:-1] for side in ("before", "after")]
    else:
        width = np.dtype(kind).itemsize * n
        sides = [np.frombuffer(body, kind, n, at + k * width) for k in range(2)]
        sides = [side.astype(side.dtype.newbyteorder("=")) for side in sides]
        at += 2 * width
    return Change(entry["table"], entry["column"], entry["alignment"], rows, *sides), at


def _record(entry: Mapping[str, Any]) -> Record:
    sides = [
        None
        if entry[side] is None
        else rec.from_fields(entry["kind"], entry["uid"], entry["alignment"], entry[side])
        for side in ("before", "after")
    ]
    return Record(entry["kind"], *sides)
