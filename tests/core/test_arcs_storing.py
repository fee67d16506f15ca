"""Arcs as a blob: whole again, or refused."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import arcs
from terradesk.arcs import storing
from tests.core.random_layers import cells, coverages

TABLES = ["left", "right", "boxes", "sizes", "blocks", "unit_boxes", "unit_starts", "unit_arcs"]
TABLES += ["areas", "lengths", "centres", "xy", "offsets", "ranks", "ladder", "perimeters"]


def resealed(body: bytes, version: int = 2) -> bytes:
    packed = zlib.compress(body) if version == 1 else body
    header = struct.pack("<6sHIQ", storing.MAGIC, version, zlib.crc32(packed), len(body))
    return header + packed


def body_of(blob: bytes) -> bytes:
    return blob[struct.calcsize("<6sHIQ") :]


@given(coverages())
def test_a_blob_gives_the_same_arcs(polygons: np.ndarray) -> None:
    made = arcs.build(polygons)
    again = arcs.Arcs.from_bytes(made.to_bytes())
    assert (again.n_units, again.origin) == (made.n_units, made.origin)
    for name in TABLES:
        before, after = getattr(made, name), getattr(again, name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)
    assert len(again.levels) == len(made.levels)
    for one, other in zip(made.levels, again.levels, strict=True):
        assert one.tolerance_cm == other.tolerance_cm
        np.testing.assert_array_equal(one.xy, other.xy)
        np.testing.assert_array_equal(one.offsets, other.offsets)


@pytest.fixture(scope="module")
def blob() -> bytes:
    return arcs.build(cells(1, 4)).to_bytes()


def test_every_flipped_byte_is_noticed(blob: bytes) -> None:
    for at in range(0, len(blob), 3):
        damaged = bytearray(blob)
        damaged[at] ^= 0x55
        with pytest.raises(ValueError, match="arcs"):
            arcs.Arcs.from_bytes(bytes(damaged))


def test_truncated_and_foreign_blobs_are_refused(blob: bytes) -> None:
    for data in (b"", blob[:10], blob[:-1], blob + b"x", b"PK\x03\x04" + blob):
        with pytest.raises(ValueError, match="arcs"):
            arcs.Arcs.from_bytes(data)


def test_the_compressed_form_of_older_plans_is_read(blob: bytes) -> None:
    new, old = (arcs.Arcs.from_bytes(resealed(body_of(blob), version)) for version in (2, 1))
    for name in TABLES:
        np.testing.assert_array_equal(getattr(new, name), getattr(old, name))


def test_damage_in_the_compressed_form_is_noticed(blob: bytes) -> None:
    old = resealed(body_of(blob), 1)
    for data in (old[:-1], old + b"x", old[:40] + b"?" + old[41:]):
        with pytest.raises(ValueError, match="arcs"):
            arcs.Arcs.from_bytes(data)
    packed = b"no zlib stream"
    header = struct.pack("<6sHIQ", storing.MAGIC, 1, zlib.crc32(packed), 99)
    with pytest.raises(ValueError, match="damaged"):
        arcs.Arcs.from_bytes(header + packed)


def test_a_newer_version_says_so(blob: bytes) -> None:
    newer = blob[:6] + struct.pack("<H", 3) + blob[8:]
    with pytest.raises(ValueError, match="version 3"):
        arcs.Arcs.from_bytes(newer)


def replaced(blob: bytes, name: str, table: np.ndarray) -> bytes:
    """The blob with one table exchanged, under a valid checksum."""
    tables = storing._tables(body_of(blob)) | {name: table}
    return resealed(b"".join(storing._frame(each, tables[each]) for each in storing.FORMS))


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("left", np.full(1000, 99_999, np.int32)),
        ("left", np.array([1], np.int32)),
        ("sizes", np.zeros(10, np.uint8)),
        ("ranks", np.zeros(3, np.uint8)),
        ("deltas", np.full(5000, 255, np.uint8)),
        ("deltas", np.zeros(3, np.uint8)),
        ("counts", np.array([-1, 5])),
        ("counts", np.array([2**40, 2**40])),
        ("origin", np.array([np.nan, 0.0])),
        ("centres", np.zeros((3, 2))),
    ],
)
def test_tables_that_do_not_fit_are_refused(blob: bytes, name: str, table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="damaged"):
        arcs.Arcs.from_bytes(replaced(blob, name, table))


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_junk_under_a_valid_checksum_never_crashes(junk: bytes, at: int) -> None:
    body = body_of(arcs.build(cells(1, 2)).to_bytes())
    damaged = body[:at] + junk + body[at + len(junk) :]
    for version in (1, 2):
        with contextlib.suppress(ValueError):
            assert arcs.Arcs.from_bytes(resealed(damaged, version)).n_units == 4


def test_a_blob_is_small() -> None:
    made = arcs.build(cells(3, 40))
    assert len(made.to_bytes()) < 15 * len(made.xy)  # as WKB they take 21
