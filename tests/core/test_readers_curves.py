"""Areas bounded by arcs of circles."""

from __future__ import annotations

from pathlib import Path

import pytest

from terradesk.readers.maps.curves import has_curves
from tests.data.cases.geopackage import blob, curve, geopackage, squares


@pytest.mark.parametrize("kind", ["CURVEPOLYGON", "GEOMETRY"])
def test_curves_of_a_geopackage_are_seen(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a b.gpkg"
    path.write_bytes(geopackage([("001", blob(curve()))], kind))
    assert has_curves(path, "areas")
    assert not has_curves(path, "another")


def test_straight_areas_are_not_called_curved(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for kind in ("POLYGON", "GEOMETRY", "CURVEPOLYGON"):
        path.write_bytes(geopackage(squares(), kind))
        assert not has_curves(path, "areas"), kind


@pytest.mark.parametrize(
    ("text", "is_curved"),
    [
        ("<gml:Curve><gml:segments><gml:ArcString>", True),
        ("x" * ((1 << 20) - 7) + "<gml:Circle>", True),
        ("<Archive><CircleLine>", False),
        ("", False),
    ],
)
def test_arcs_of_gml_are_seen(text: str, is_curved: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.gml"
    path.write_text(text)
    assert has_curves(path, "areas") is is_curved
    path.rename(path.with_suffix(".kml"))
    assert not has_curves(path.with_suffix(".kml"), "areas")


def test_a_damaged_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(300))
    assert not has_curves(path, "areas")
