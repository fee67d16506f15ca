"""Uids that are the same in every copy of what comes with the program."""

from __future__ import annotations

import hashlib


def stable_hash(*parts: object) -> int:
    """A whole number below 2**64 that depends on the parts alone, on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def stable_uid(*parts: object) -> str:
    """A uid as `terradesk.records.new_uid` makes it, from the parts instead of at random."""
    return f"{stable_hash(*parts):016x}"
