"""Shapes that are wrong: crossing, open, empty, flat, overlapping, far away or no numbers."""

from __future__ import annotations

from tests.data.cases.case import Case, as_json, refused, text
from tests.data.cases.maps import SQUARES, Shape, areas, collection, geojson, polygon, ring


def _shapes() -> tuple[Case, ...]:
    a, b, c, d = SQUARES
    bow = polygon([[10, 51], [11, 52], [11, 51], [10, 52], [10, 51]])
    spike = polygon(
        [[11, 51], [12, 51], [12, 52], [11.5, 52], [11.5, 54], [11.5, 52], [11, 52], [11, 51]]
    )
    many = {"type": "MultiPolygon", "coordinates": [c["coordinates"], [ring(13, 51)]]}
    mixed: list[Shape] = [
        a,
        b,
        {"type": "Point", "coordinates": [10.5, 51.5]},
        {"type": "LineString", "coordinates": [[10, 51], [11, 52]]},
    ]
    both = {
        "type": "GeometryCollection",
        "geometries": [c, {"type": "Point", "coordinates": [13, 51]}],
    }
    twice = polygon([*ring(10, 51)[:2], *ring(10, 51)[1:3], *ring(10, 51)[2:]])
    points = [{"type": "Point", "coordinates": [10.5 + k, 50.5]} for k in range(4)]
    lines = [{"type": "LineString", "coordinates": [[10, 50 + k], [11, 50 + k]]} for k in range(4)]
    far = polygon([[179, 51], [181, 51], [181, 52], [179, 52], [179, 51]])
    cut = {"type": "MultiPolygon", "coordinates": [[ring(179, 52)], [ring(-180, 52)]]}
    shell = polygon(ring(10, 50, 4, 4), ring(11, 51, 2, 2)[::-1])
    return (
        geojson(
            "no_shape.geojson",
            "a row without a shape",
            [a, b, None, d],
            areas=areas(3, ["no_shape"], rejected=1, codes=["001", "011", "031"]),
        ),
        geojson(
            "no_shapes.geojson",
            "no row has a shape",
            [None, None],
            areas=refused("has a shape", "layer of areas"),
        ),
        geojson(
            "mixed.geojson",
            "areas, a point and a line",
            mixed,
            areas=areas(2, ["not_area"], rejected=2),
        ),
        geojson(
            "points.geojson",
            "points instead of areas",
            points,
            areas=refused("holds points, not areas", "layer of areas"),
            n_columns=4,
        ),
        geojson(
            "lines.geojson",
            "lines instead of areas",
            lines,
            areas=refused("holds lines, not areas", "layer of areas"),
        ),
        geojson(
            "collection.geojson",
            "an area and a point in one shape",
            [a, b, both, d],
            areas=areas(4),
        ),
        geojson("islands.geojson", "an area of two parts", [a, b, many, d], areas=areas(4)),
        geojson(
            "bow_tie.geojson",
            "an area that crosses itself",
            [a, b, bow, d],
            areas=areas(4, ["repaired"], repaired_at_least=1),
        ),
        geojson(
            "spike.geojson", "an area with a spike of no width", [a, b, c, spike], areas=areas(4)
        ),
        geojson(
            "unclosed.geojson",
            "a ring that is not closed",
            [a, b, polygon(ring(10, 51)[:-1]), d],
            areas=areas(4),
        ),
        geojson(
            "two_points.geojson",
            "a ring of two points",
            [a, b, polygon([[10, 51], [11, 52]]), d],
            areas=areas(3, rejected=1),
        ),
        geojson(
            "no_area.geojson",
            "an area flattened to a line",
            [a, b, polygon([[10, 51], [11, 51], [10.5, 51], [10, 51]]), d],
            areas=areas(3, rejected=1),
        ),
        geojson(
            "empty_shapes.geojson",
            "a polygon without rings",
            [a, b, polygon(), d],
            areas=areas(3, rejected=1),
        ),
        geojson("doubled_vertices.geojson", "every corner twice", [a, b, twice, d], areas=areas(4)),
        geojson(
            "clockwise.geojson",
            "rings the wrong way round",
            [polygon(s["coordinates"][0][::-1]) for s in SQUARES],
            areas=areas(4),
        ),
        geojson(
            "heights.geojson",
            "corners with heights",
            [polygon([[x, y, 120.5] for x, y in s["coordinates"][0]]) for s in SQUARES],
            areas=areas(4, ["flattened"]),
        ),
        geojson(
            "hole.geojson",
            "a town within a ring of land",
            [shell, polygon(ring(11, 51, 2, 2))],
            ("land", "town"),
            areas=areas(2, largest_to_smallest=3.0),
        ),
        geojson(
            "overlap.geojson",
            "two areas overlap by a tenth",
            [a, b, c, polygon(ring(10.9, 51, 1.1))],
            areas=areas(4, ["overlap"]),
        ),
        geojson(
            "same_shape.geojson",
            "two codes with the same shape",
            [a, b, c, c],
            areas=areas(4, ["covered"]),
        ),
        geojson(
            "sliver.geojson",
            "a gap a metre wide between two areas",
            [a, polygon(ring(11.00001, 50, 0.99999)), c, d],
            areas=areas(4),
        ),
        geojson(
            "gap.geojson",
            "a real gap of ten kilometres between two areas",
            [a, polygon(ring(11.15, 50, 0.85)), c, d],
            areas=areas(4),
        ),
        geojson(
            "tiny.geojson",
            "an area of a few square metres",
            [a, b, c, polygon(ring(11.5, 51.5, 1e-5, 1e-5))],
            areas=areas(4),
        ),
        geojson(
            "date_line.geojson",
            "areas across the date line, one run on, one cut in two",
            [far, cut],
            ("001", "011"),
            areas=areas(2, most_km2=40_000),
        ),
    )


def _numbers() -> tuple[Case, ...]:
    good = as_json(collection(SQUARES)).decode()
    return (
        text(
            "not_numbers.geojson",
            "NaN among the corners of an area",
            good.replace("[11,51]", "[NaN,51]", 1),
            any_of=True,
            areas={"at_most": 4},
        ),
        text(
            "huge_numbers.geojson",
            "a corner at 1e308",
            good.replace("[12,52]", "[1e308,52]"),
            any_of=True,
            areas=refused("not degrees|damaged|numbers"),
        ),
        text(
            "word_numbers.geojson",
            "words for coordinates",
            good.replace("[12,52]", '["12","52"]'),
            any_of=True,
            areas={"at_most": 4},
        ),
        geojson(
            "zero_corner.geojson",
            "an area at 0, 0, far from all others",
            [*SQUARES[:3], polygon(ring(0, 0, 0.1, 0.1))],
            areas=areas(4),
        ),
    )


CASES = (*_shapes(), *_numbers())
