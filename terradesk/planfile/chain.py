"""The history as a chain: each row's hash covers the row and the hash before it."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable
from typing import Any

SIZE = 32
COLUMNS = (
    "seq", "kind", "refers_to", "time", "user", "msgid", "fields", "reason", "alignment", "payload",
)  # fmt: skip


def start(plan_uid: str) -> bytes:
    """What the first row is chained to."""
    return hashlib.blake2b(plan_uid.encode(), digest_size=SIZE).digest()


def link(previous: bytes, row: Iterable[Any]) -> bytes:
    """Hash of a row: BLAKE2b over the previous hash and each value with its length.

    Parameters
    ----------
    previous : bytes
    row : values of `COLUMNS` in order
        Numbers count as decimal text, text as UTF-8.
    """
    total = hashlib.blake2b(previous, digest_size=SIZE)
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode()
        total.update(struct.pack("<Q", len(data)))
        total.update(data)
    return total.digest()


def last(db: sqlite3.Connection, plan_uid: str) -> tuple[int, bytes]:
    """Number and hash of the last row."""
    row = db.execute("SELECT seq, hash FROM history ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), row[1]) if row else (0, start(plan_uid))


def first_broken(db: sqlite3.Connection, plan_uid: str) -> int:
    """``seq`` of the first row that is missing or altered, 0 if the chain is whole."""
    previous, expected = start(plan_uid), 1
    for row in db.execute(f"SELECT {', '.join(COLUMNS)}, hash FROM history ORDER BY seq"):
        if row[0] != expected or link(previous, row[:-1]) != row[-1]:
            return expected
        previous, expected = row[-1], expected + 1
    return 0
