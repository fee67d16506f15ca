"""Own layers: what a plan records of them, files read, refused and drawn."""

import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import tifffile
from PIL import Image, TiffImagePlugin, TiffTags

from terradesk import gdal, projection, references
from terradesk.edits import apply, invert
from terradesk.errors import TerraDeskError
from terradesk.references import Place, Shapes
from terradesk.references.mbtiles import WEB_MERCATOR
from terradesk.render import Style, View
from terradesk.render.linework import VectorStamp
from terradesk.render.warped import PictureStamp
from tests.core.kernel import CRS, grid_plan
from tests.reading_here import read_here

PAPER = np.uint32(0xFFF8F6F0)
RED, CLEAR = 0xFFFF0000, 0


@pytest.fixture(scope="module")
def plan():
    return grid_plan(6, 4)


@pytest.fixture(scope="module")
def place(plan):
    return Place(plan.crs, plan.arcs)


@pytest.fixture(scope="module")
def box(plan):
    """The plan in degrees: west, south, east, north."""
    x, y = np.array([0, 60_000, 60_000, 0]), np.array([0, 0, 40_000, 40_000])
    lon, lat = projection.lonlat(x, y, plan.crs)
    return lon.min(), lat.min(), lon.max(), lat.max()


def view_of(plan, wide=120, high=80):
    return View.fit((0, 0, 60_000, 40_000), (wide, high), plan.arcs.origin, (0, 0, 0, 0))


@pytest.fixture(autouse=True)
def here(request, monkeypatch):
    """Read in this process, which is quicker, except where the fence itself is asked for."""
    if "fenced" not in request.fixturenames:
        read_here(monkeypatch)


@pytest.fixture
def fenced():
    """Asks for reading in a worker."""


# ---------------------------------------------------------------------- the record
def test_layers_are_kept_in_the_plan_through_edits(plan):
    first = references.new_reference(plan, "a.geojson", "Roads")
    second = references.new_reference(plan, "b.tif", "Photo", is_picture=True)
    assert (first.place, second.place) == ("over", "under")
    edit = references.add(plan, [first, second])
    made = apply(plan, edit)
    assert [r.name for r in references.of(made)] == ["Photo", "Roads"], "the lowest first"
    changed = apply(made, references.change(made, first.uid, width=4.0, colour="#123456"))
    assert references.of(changed)[1].width == 4
    assert references.change(changed, first.uid, width=4.0) is None
    swapped = apply(
        changed, references.arrange(changed, [(first.uid, "under", 1), (second.uid, "under", 2)])
    )
    assert [r.name for r in references.of(swapped)] == ["Roads", "Photo"]
    assert references.arrange(swapped, [(first.uid, "under", 1), (second.uid, "under", 2)]) is None
    gone = apply(swapped, references.remove(swapped, first.uid))
    assert [r.name for r in references.of(gone)] == ["Photo"]
    assert references.of(apply(made, invert(edit))) == []
    with pytest.raises(KeyError):
        references.remove(gone, first.uid)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"path": 3}',
        '{"path": ""}',
        json.dumps({"path": "x" * 5000}),
        '{"path": "a\\u0000b"}',
    ],
)
def test_what_a_file_records_wrongly_is_no_layer(plan, text):
    from terradesk.edits.scenarios import set_setting

    made = plan if not text else apply(plan, set_setting(plan, "reference.aa", text))
    assert references.of(made) == []


def test_values_out_of_range_are_mended(plan):
    from terradesk.edits.scenarios import set_setting

    text = json.dumps(
        {
            "path": "a.shp",
            "width": 900,
            "opacity": float("nan"),
            "colour": "red",
            "place": "beside",
            "order": "x",
            "more": 1,
            "is_shown": False,
        }
    )
    found = references.of(apply(plan, set_setting(plan, "reference.aa", text)))[0]
    assert found == references.Reference("aa", "a.shp", width=12.0, is_shown=False)


def test_files_are_found_beside_the_plan(tmp_path, plan):
    folder, elsewhere = tmp_path / "plans", tmp_path / "maps"
    (folder / "own").mkdir(parents=True)
    elsewhere.mkdir()
    for file in (folder / "own" / "a.shp", elsewhere / "b.shp"):
        file.touch()
    beside = references.stored_path(folder / "own" / "a.shp", folder / "p.gpkg")
    far = references.stored_path(elsewhere / "b.shp", folder / "p.gpkg")
    assert (beside, Path(far).is_absolute()) == ("own/a.shp", True)
    one = references.Reference("u", beside)
    assert references.located(one, folder / "p.gpkg") == folder / "own" / "a.shp"
    assert references.located(one, elsewhere / "p.gpkg") is None
    assert references.located(one, None) is None
    assert references.located(replace(one, path=far), None) == elsewhere / "b.shp"
    for text in ("//server/share/a.shp", r"\\server\share\a.shp"):
        assert references.located(replace(one, path=text), folder / "p.gpkg") is None


# ---------------------------------------------------------------------- shapes
def write_shapes(path, box, crs="EPSG:4326", kinds=("Polygon", "LineString", "Point")):
    west, south, east, north = box
    shapes = {
        "Polygon": shapely.box(west, south, (west + east) / 2, north),
        "LineString": shapely.LineString([(west, south), (east, north)]),
        "Point": shapely.Point(0.25 * west + 0.75 * east, 0.75 * south + 0.25 * north),
    }
    wkb = [shapely.to_wkb(shapes[kind]) for kind in kinds]
    names = np.array(list(kinds), object)
    gdal.write(path, wkb, {"name": names}, crs, "Unknown" if len(kinds) > 1 else kinds[0])


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_shapes_of_every_kind_are_drawn_where_they_lie(tmp_path, plan, place, box, suffix, fenced):
    path = tmp_path / f"own{suffix}"
    write_shapes(path, box)
    assert [one.name for one in references.inner_layers(path)] == ["own"]
    shapes = references.read(path, "", place)
    assert isinstance(shapes, Shapes)
    assert (shapes.n_shapes, len(shapes.points.order)) == (3, 1)
    rgb = np.full((80, 120), PAPER, np.uint32)
    stamp = VectorStamp(shapes.lines, shapes.areas, shapes.points, "#B3261E", 2.0)
    stamp.draw(rgb, view_of(plan), Style())
    assert rgb[20, 20] not in (PAPER, 0xFFB3261E), "light fill in the western half"
    assert rgb[20, 100] == PAPER
    assert (rgb == 0xFFB3261E).sum() > 150, "outline and diagonal"
    x, y = (int(v) for v in view_of(plan).to_pixels(shapes.points.points)[0])
    assert rgb[y, x] == 0xFFB3261E


def test_a_layer_is_chosen_by_its_name(tmp_path, place, box):
    path = tmp_path / "two.gpkg"
    for name, kind in (("areas", "Polygon"), ("stops", "Point")):
        west, south = box[:2]
        shape = shapely.box(*box) if kind == "Polygon" else shapely.Point(west, south)
        gdal.write(
            path,
            [shapely.to_wkb(shape)],
            {"n": np.array([1.0])},
            "EPSG:4326",
            kind,
            name,
            append_layer=path.exists(),
        )
    assert len(references.inner_layers(path)) == 2
    assert references.read(path, "areas", place).areas.n_arcs
    stops = references.read(path, "stops", place)
    assert (stops.areas.n_arcs, len(stops.points.order)) == (0, 1)
    with pytest.raises(TerraDeskError, match="no layer"):
        references.read(path, "cities", place)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_strips_of_shapes_join(tmp_path, plan, ratio):
    from terradesk.render.basemap_reading import lines
    from terradesk.render.points import PointIndex

    rng = np.random.default_rng(5)
    rings = shapely.buffer(shapely.points(rng.uniform(0, 6e4, (30, 2))), rng.uniform(500, 9000, 30))
    rings = np.concatenate([rings, shapely.difference(shapely.box(0, 0, 5e4, 3e4), rings[:1])])
    outlines = shapely.get_rings(shapely.orient_polygons(rings))
    stamp = VectorStamp(
        lines(outlines, (0.0, 0.0)),
        lines(outlines, (0.0, 0.0)),
        PointIndex.build(rng.uniform(0, 6e4, (40, 2))),
        "#2458D3",
        1.6,
        0.8,
    )
    view, style = View.at(-3e3, 4.4e4, 0.003, (170, 140), (0.0, 0.0)), Style(False, ratio)
    whole, pieces = (np.full((140, 170), PAPER, np.uint32) for _ in range(2))
    stamp.draw(whole, view, style)
    for x0, x1 in ((0, 1), (1, 90), (90, 170)):
        for y0, y1 in ((0, 55), (55, 140)):
            rgb = np.full((y1 - y0, x1 - x0), PAPER, np.uint32)
            stamp.draw(rgb, view.moved(-x0, -y0).resized(x1 - x0, y1 - y0), style)
            pieces[y0:y1, x0:x1] = rgb
    apart = [np.abs((whole >> s & 255).astype(int) - (pieces >> s & 255)) for s in (0, 8, 16)]
    assert np.max(apart) <= 5, "but for the rounding of anti-aliasing"
    union = shapely.union_all(rings)
    shapely.prepare(union)
    x, y = np.meshgrid(np.arange(170) + 0.5, np.arange(140) + 0.5)
    at = np.column_stack([(view.kx + x.ravel()) / 0.003, (view.ky - y.ravel()) / 0.003])
    inside = shapely.contains_xy(union, at).reshape(140, 170)
    edge = union.boundary
    shapely.prepare(edge)
    away = shapely.distance(edge, shapely.points(at)).reshape(140, 170) * 0.003
    assert (whole != PAPER)[inside & (away > 3)].all(), "overlapping areas stay filled"
    dots = [np.hypot(*(at - dot).T) * 0.003 for dot in stamp.points.points]
    is_clear = (np.min(dots, axis=0) > 8).reshape(140, 170)
    assert (whole == PAPER)[~inside & (away > 3) & is_clear].all()


def test_a_map_without_coordinate_system_is_refused(tmp_path, place, box):
    path = tmp_path / "bare.shp"
    write_shapes(path, box, kinds=("Polygon",))
    path.with_suffix(".prj").unlink()
    with pytest.raises(TerraDeskError, match="coordinate system"):
        references.read(path, "", place)


@pytest.mark.parametrize("name", ["scan.jp2", "map.pdf", "photo.png", "x.docx"])
def test_other_files_are_refused_with_a_hint(tmp_path, place, name):
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(TerraDeskError) as told:
        references.read(path, "", place)
    assert "GeoTIFF" in told.value.hint


# ---------------------------------------------------------------------- tiles
def png(colour, side=256, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def write_tiles(path, tiles, **told):
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name text, value text)")
        file.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        file.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
    file.close()
    return path


def all_tiles(zoom, data):
    return [(zoom, c, r, data(c, r)) for c in range(2**zoom) for r in range(2**zoom)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_tiles_are_drawn_in_the_crs_of_the_plan(tmp_path, plan, place, kind):
    path = write_tiles(
        tmp_path / "t.mbtiles",
        all_tiles(2, lambda c, r: png((255, 0, 0) if (c + r) % 2 else (0, 0, 255), kind=kind)),
        format={"PNG": "png", "JPEG": "jpg"}[kind],
    )
    source = references.read(path, "", place)
    wide = View.at(-3e6, 2e6, 1e-4, (600, 400), plan.arcs.origin)
    found = source.draw(wide, plan.crs)
    x, y = np.meshgrid(np.arange(600) + 0.5, np.arange(400) + 0.5)
    xy = np.column_stack(
        [
            (wide.kx + x.ravel()) / 1e-4 + plan.arcs.origin[0],
            (wide.ky - y.ravel()) / 1e-4 + plan.arcs.origin[1],
        ]
    )
    mercator = projection.to_plan(xy, plan.crs, WEB_MERCATOR)
    column, row = (np.floor((mercator.T + 20037508.34) / 10018754.17)).astype(int)
    red = ((column + row) % 2 == 1).reshape(400, 600)
    got = (found >> 16 & 255) > 128
    assert (got == red).mean() > 0.99
    assert (found >> 24 == 255).mean() > 0.99


def test_tiles_over_the_date_line_have_no_seam(tmp_path, place):
    crs = projection.equal_area_crs(170, -25, 190, -10)
    path = write_tiles(tmp_path / "t.mbtiles", all_tiles(3, lambda c, r: png((10, 200, 30))))
    view = View.at(-1e6, 8e5, 2e-4, (400, 300), (0.0, 0.0))
    found = references.read(path, "", place).draw(view, crs)
    assert (found == 0xFF0AC81E).all()


def test_missing_and_bad_tiles_are_clear(tmp_path, plan, place):
    tiles = [
        (0, 0, 0, png((9, 9, 9))),
        (1, 0, 1, b"no picture"),
        (1, 1, 1, png((1, 1, 1), 2048)),
        (1, 0, 0, None),
    ]
    source = references.read(write_tiles(tmp_path / "t.mbtiles", tiles), "", place)
    assert not source.draw(view_of(plan), plan.crs).any()


@pytest.mark.parametrize(
    "told, tiles",
    [({"format": "pbf"}, [(0, 0, 0, b"x")]), ({"crs": "EPSG:2056"}, [(0, 0, 0, png((1, 1, 1)))]),
     ({}, []), ({}, [(0, 0, 0, b"x")]), ({}, [(99, 0, 0, png((1, 1, 1)))]),
     ({}, [("a", 0, 0, b"x")])],
)  # fmt: skip
def test_other_tiles_are_refused(tmp_path, place, told, tiles):
    path = write_tiles(tmp_path / "t.mbtiles", tiles, **told)
    with pytest.raises(TerraDeskError) as error:
        references.read(path, "", place)
    assert error.value.hint


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 200, b"no database"])
def test_what_is_no_mbtiles_is_refused(tmp_path, place, content):
    path = tmp_path / "t.mbtiles"
    path.write_bytes(content)
    with pytest.raises(TerraDeskError):
        references.read(path, "", place)


# ---------------------------------------------------------------------- GeoTIFF
KEYS_PROJECTED = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 3857)
KEYS_DEGREES = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)


def geo(box, size, keys=KEYS_PROJECTED):
    west, south, east, north = (float(v) for v in box)
    scale = ((east - west) / size[0], (north - south) / size[1], 0.0)
    return [
        (33550, "d", 3, scale, True),
        (33922, "d", 6, (0.0, 0, 0, west, north, 0), True),
        (34735, "H", len(keys), keys, True),
    ]


def mercator_box(plan):
    corners = np.array([(0, 0), (60_000, 0), (0, 40_000), (60_000, 40_000)], float)
    xy = projection.to_plan(corners, plan.crs, WEB_MERCATOR)
    return *xy.min(axis=0), *xy.max(axis=0)


def quarters(bands=3):
    """Red north west, else blue."""
    out = np.zeros((200, 300, bands), np.uint8)
    out[..., 2] = 255
    out[:100, :150] = (255, 0, 0, 255)[:bands]
    if bands == 4:
        out[..., 3] = 255
    return out


@pytest.mark.parametrize(
    "options", [{}, {"compression": "zlib"}, {"tile": (64, 64)}, {"planarconfig": "separate"}]
)
def test_a_geotiff_is_drawn_where_it_lies(tmp_path, plan, place, options):
    values = quarters()
    if options.get("planarconfig"):
        values = np.moveaxis(values, -1, 0).copy()
    path = tmp_path / "p.tif"
    tifffile.imwrite(
        path,
        values,
        photometric="rgb",
        metadata=None,
        extratags=geo(mercator_box(plan), (300, 200)),
        **options,
    )
    found = references.read(path, "", place).draw(view_of(plan), plan.crs)
    assert found[10, 10] == RED
    assert found[70, 10] == found[10, 110] == 0xFF0000FF


def test_a_geotiff_in_degrees_with_clear_parts(tmp_path, plan, place, box, fenced):
    path, values = tmp_path / "p.tiff", quarters(4)
    values[100:, :, 3] = 0
    tifffile.imwrite(
        path,
        values,
        photometric="rgb",
        extrasamples=["unassalpha"],
        metadata=None,
        extratags=geo(box, (300, 200), KEYS_DEGREES),
    )
    found = references.read(path, "", place).draw(view_of(plan), plan.crs)
    assert found[10, 10] == RED
    assert (found[70] >> 24 == CLEAR).all()


@pytest.mark.parametrize("kind", [np.uint16, np.float32, np.int16])
def test_figures_are_drawn_as_grey(tmp_path, plan, place, kind):
    values = np.tile(np.linspace(0, 3000, 300), (200, 1)).astype(kind)
    values[:20] = 9999
    path = tmp_path / "dem.tif"
    tags = [*geo(mercator_box(plan), (300, 200)), (42113, "s", 0, "9999", True)]
    tifffile.imwrite(path, values, photometric="minisblack", metadata=None, extratags=tags)
    found = references.read(path, "", place).draw(view_of(plan), plan.crs)
    assert found[2, 60] >> 24 == CLEAR
    row = found[50, 5:115] & 255
    assert (np.diff(row.astype(int)) >= 0).all()
    assert row[0] < 30 < 220 < row[-1]


def test_a_compression_that_tifffile_lacks_is_read_all_the_same(tmp_path, plan, place):
    path, info = tmp_path / "p.tif", TiffImagePlugin.ImageFileDirectory_v2()
    kinds = {"d": TiffTags.DOUBLE, "H": TiffTags.SHORT}
    for code, kind, _n, value, _once in geo(mercator_box(plan), (300, 200)):
        info.tagtype[code] = kinds[kind]
        info[code] = value
    Image.fromarray(quarters()).save(path, compression="tiff_lzw", tiffinfo=info)
    found = references.read(path, "", place).draw(view_of(plan), plan.crs)
    assert (found[10, 10], found[70, 10]) == (RED, 0xFF0000FF)


def test_a_large_picture_is_kept_small(tmp_path, plan, place):
    path = tmp_path / "big.tif"
    values = np.zeros((20, 9000, 3), np.uint8)
    values[:, 4500:] = 255
    tifffile.imwrite(
        path,
        values,
        photometric="rgb",
        metadata=None,
        extratags=geo(mercator_box(plan), (9000, 20)),
    )
    source = references.read(path, "", place)
    assert source.levels[0][0].shape[1] == 3000
    assert [level.shape[1] for level, _ in source.levels][:3] == [3000, 1500, 750]
    found = source.draw(view_of(plan), plan.crs)
    assert (found[40, 20], found[40, 100]) == (0xFF000000, 0xFFFFFFFF)


def turned():
    return [
        (34264, "d", 16, (1.0, 0.3, 0, 0, 0.3, -1, 0, 0, *[0] * 7, 1), True),
        (34735, "H", 16, KEYS_PROJECTED, True),
    ]


@pytest.mark.parametrize(
    "tags, said",
    [(turned(), "turned"), ([], "coordinate system"),
     (geo((0, 0, 9, 9), (9, 9), (1, 1, 0, 1, 3072, 0, 1, 32767)), "coordinate system"),
     ([(34735, "H", 16, KEYS_PROJECTED, True)], "where it lies"),
     (geo((0, 0, 0, 9), (9, 9)), "cannot be read")],
)  # fmt: skip
def test_pictures_without_a_straight_place_are_refused(tmp_path, place, tags, said):
    path = tmp_path / "p.tif"
    tifffile.imwrite(
        path, np.zeros((9, 9, 3), np.uint8), photometric="rgb", metadata=None, extratags=tags
    )
    with pytest.raises(TerraDeskError, match=said) as error:
        references.read(path, "", place)
    assert error.value.hint


@pytest.mark.parametrize("content", [b"", b"II*\0", b"II*\0" + b"\xff" * 64, b"no picture"])
def test_damaged_pictures_are_refused(tmp_path, place, content):
    path = tmp_path / "p.tif"
    path.write_bytes(content)
    with pytest.raises(TerraDeskError):
        references.read(path, "", place)


def test_a_picture_is_drawn_in_any_scale_and_in_strips(plan):
    pixels = np.full((40, 60), 0x80FF0000, np.uint32)
    view = View.at(0, 40, 1.0, (60, 40), (0.0, 0.0))
    stamp = PictureStamp(pixels, view, 0.5)
    near = View.at(-10, 45, 2.0, (160, 120), (0.0, 0.0))
    whole = np.full((120, 160), PAPER, np.uint32)
    stamp.draw(whole, near, Style())
    assert (whole != PAPER).sum() == 120 * 80
    part = np.full((30, 25), PAPER, np.uint32)
    stamp.draw(part, near.moved(-11, -7).resized(25, 30), Style())
    assert (part == whole[7:37, 11:36]).all()
    assert plan.crs == CRS
