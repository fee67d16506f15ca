import datetime as dt
import re
import zlib

import numpy as np
import pytest
from PIL import Image, features

from terradesk import palettes, paths, projection
from terradesk.arcs import build
from terradesk.render import Frame, MapState, Overview, Style, View, warm_up
from terradesk.render.basemap import BaseMap, base_map
from terradesk.render.names import city_names, country_names
from terradesk.render.stills import Classes, Scene, compose_still, draw_map, save_pdf, save_png
from terradesk.render.text import Text, is_arabic_script, text_width

from .coverages import built, grid

SWISS = (5.9, 45.8, 10.5, 47.8)


def scene(**more):
    arcs = built(grid(6, 4, seed=1))
    owners = np.arange(24) % 6 // 2
    owners[0] = -1
    given = dict(
        arcs=arcs,
        labels=owners,
        names=["Nord", "Łódź", "Sør"],
        fills=[4, 9, 20],
        values=["+14 %", "−3 %", "+2 %"],
        tones=["over", "label", "label"],
        parents=[0, 0, 1],
        locked=[False, True, False],
        accounts=np.array([(2500.0, 2500.0), (np.nan, np.nan), (4100.0, 900.0)]),
        account_values=[100.0, 3.0, 40.0],
        account_text="Sales per account",
        district_text="Region",
        title="Field plan",
        subtitle="Draft",
        credits="Made-up boundaries",
        date=dt.date(2027, 3, 9),
    )
    return Scene(**{**given, **more})


def share(image, colour):
    pixels = np.asarray(image).reshape(-1, 3)
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((pixels == wanted).all(axis=1).mean())


@pytest.mark.parametrize("dark", [False, True])
def test_a_still_shows_every_territory(dark):
    image = draw_map(scene(), 640, 480, dark=dark)
    assert image.size == (640, 480)
    colours = palettes.territory_colours(dark)
    assert all(share(image, colours[fill]) > 0.05 for fill in (4, 9, 20))
    assert share(image, palettes.roles(dark)["water"]) > 0.1
    assert share(image, palettes.roles(dark)["panel"]) > 0.05


def test_scale_makes_a_larger_picture_of_the_same_map():
    small, large = draw_map(scene(), 400, 300), draw_map(scene(), 400, 300, scale=2)
    assert large.size == (800, 600)
    shrunk = np.asarray(large.resize((400, 300), Image.Resampling.BOX)).astype(int)
    assert np.abs(shrunk - np.asarray(small).astype(int)).mean() < 6


def test_texts_of_a_still():
    texts = {t.text: t for t in compose_still(scene(), 640, 480).texts}
    for wanted in (
        "Field plan",
        "Draft",
        "Mar 9, 2027",
        "Nord",
        "+14 %",
        "Łódź",
        "Sør",
        "Made-up boundaries",
        "Sales per account",
        "Region",
        "Locked",
        "Not assigned",
    ):
        assert wanted in texts
    assert texts["+14 %"].bold
    assert texts["+14 %"].ink == palettes.roles()["over"]
    assert any(re.fullmatch(r"\d+ k?m", t) for t in texts)
    assert all(0 <= t.x <= 640 and 0 < t.y < 480 for t in texts.values())


def test_parts_can_be_left_out():
    bare = compose_still(scene(title=""), 640, 480, legend=False, scale_bar=False, credits=False)
    assert {t.text for t in bare.texts} == {"Nord", "+14 %", "Łódź", "−3 %", "Sør", "+2 %"}


def test_classes_fill_and_name_themselves():
    colours = (tuple(palettes.sequential_colours(3)), tuple(palettes.sequential_colours(3, True)))
    classes = Classes(np.arange(24) % 3, colours, ["low", "middle", "high"], of_units=True)
    still = compose_still(scene(classes=classes), 640, 480)
    assert all(share(still.image, colour) > 0.05 for colour in colours[0])
    assert {"low", "middle", "high"} <= {t.text for t in still.texts}


def test_many_accounts_become_a_density():
    rng = np.random.default_rng(0)
    crowd = rng.uniform(0, 4000, (9000, 2))
    image = draw_map(scene(accounts=crowd, account_values=None), 400, 300)
    assert share(image, palettes.territory_colours()[4]) > 0.01


def test_a_scene_without_units_still_draws():
    empty = Scene(arcs=built([]), labels=[], names=[], fills=[], title="Empty")
    assert draw_map(empty, 200, 150).size == (200, 150)


def test_png_is_written_with_its_resolution(tmp_path):
    save_png(scene(), tmp_path / "map.png", 300, 200, scale=2)
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (600, 400)
        assert image.info["dpi"][0] == pytest.approx(192, abs=0.1)


def pdf_pages(data):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", data))


def pdf_letters(data):
    """Letters that the fonts of a PDF map their glyphs to, from the ToUnicode tables."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"beginbfchar" in text:
            found |= {chr(int(code, 16)) for code in re.findall(rb"> <([0-9A-F]{4})>", text)}
    return found


def test_pdf_has_one_page_with_real_text(tmp_path):
    save_pdf(scene(), tmp_path / "map.pdf", dpi=96)
    data = (tmp_path / "map.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert pdf_pages(data) == 1
    assert set("FieldplanNordŁódźSør") <= pdf_letters(data)
    assert b"/Image" in data
    assert b"841.89" in data


def test_pdf_of_a_persian_plan(tmp_path):
    save_pdf(
        scene(title="طرح فروش", names=["تهران", "اصفهان", "شیراز"]), tmp_path / "fa.pdf", dpi=96
    )
    assert pdf_pages((tmp_path / "fa.pdf").read_bytes()) == 1


def test_persian_letters_are_joined():
    assert is_arabic_script("تهران")
    assert not is_arabic_script("Łódź")
    apart = sum(text_width(letter, 40) for letter in "شیراز")
    if features.check("raqm"):
        assert text_width("شیراز", 40) < 0.95 * apart
    persian = scene(title="طرح", names=["تهران", "اصفهان", "شیراز"])
    title = next(t for t in compose_still(persian, 640, 480).texts if t.text == "طرح")
    assert title.anchor == "right"


def test_bold_and_spaced_text_is_wider():
    plain = text_width("Canada", 12)
    assert text_width("Canada", 12, bold=True) > plain
    assert text_width("Canada", 12, spacing=3) == pytest.approx(plain + 15)
    assert Text("x", 0, 0, 12, "#000000").anchor == "left"


@pytest.fixture(scope="module")
def swiss(tmp_path_factory):
    crs = projection.equal_area_crs(*SWISS)
    degrees = np.array([(SWISS[0], SWISS[1]), (SWISS[2], SWISS[3])])
    (x0, y0), (x1, y1) = projection.to_plan(degrees, "EPSG:4326", crs)
    import shapely

    arcs = build(np.array([shapely.box(x0, y0, x1, y1)], object))
    folder = tmp_path_factory.mktemp("cache")
    return arcs, crs, folder, base_map(arcs, crs, folder)


def test_the_base_map_is_kept_in_the_cache(swiss):
    arcs, crs, folder, base = swiss
    (file,) = folder.glob("basemap-*.npz")
    again = BaseMap.load(file)
    assert (again.land.xy == base.land.xy).all()
    assert (again.city_names == base.city_names).all()
    assert again.regions_box == base.regions_box
    whole = file.read_bytes()
    for damaged in (b"damaged", b"", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        mended = base_map(arcs, crs, folder)
        assert (mended.lakes.xy == base.lakes.xy).all()


def test_land_and_water_lie_where_they_are(swiss):
    arcs, crs, _, base = swiss
    frame = Frame(MapState(build(np.zeros(0, object), arcs.origin), []), Style(), 500, 400, base)
    frame.look(View.fit(base.regions_box, (500, 400), arcs.origin))

    def colour(lon, lat):
        at = projection.to_plan(np.array([(lon, lat)]), "EPSG:4326", crs)
        x, y = frame.view.to_pixels(at)[0].astype(int)
        return int(frame.image()[y, x]) & 0xFFFFFF

    style = Style()
    assert colour(2.4, 46.5) == style.ink("land")
    assert colour(8.2, 43.0) == style.ink("water")


def test_cities_and_countries_are_named_clear_of_others(swiss):
    arcs, _, _, base = swiss
    assert {"Zürich", "Lyon", "Milan"} <= set(base.city_names)
    view = View.fit(base.regions_box, (1000, 800), arcs.origin)
    overview = Overview.draw(arcs, 300)
    assert city_names(base, view, [], lambda name: 40.0) == []
    named = {one.name: one for one in country_names(base, view, overview, [], lambda name: 60.0)}
    assert {"France", "Germany", "Italy"} <= set(named)
    assert "Switzerland" not in named
    for one in named.values():
        assert frame_free(overview, view, one)
    close = View.fit(
        (view.box[0] + 7e5, view.box[1] + 7e5, view.box[0] + 1.1e6, view.box[1] + 1e6),
        (1000, 800),
        arcs.origin,
    )
    wall = (0.0, 0.0, 500.0, 800.0)
    cities = city_names(base, close, [wall], lambda name: 40.0)
    assert cities
    assert all(one.x > 500 for one in cities)


def frame_free(overview, view, one):
    x, y = overview.view.to_pixels([view.to_map(one.x, one.y)])[0].astype(int)
    high, wide = overview.ids.shape
    return not (0 <= x < wide and 0 <= y < high) or overview.ids[y, x] < 0


def test_base_map_draws_under_the_plan_and_pans(swiss):
    arcs, _, _, base = swiss
    state = MapState(arcs, [0])
    frame = Frame(state, Style(), 300, 200, base)
    frame.look(View.fit((-2e5, -2e5, 2e5, 2e5), (300, 200), arcs.origin))
    frame.pan(17, -9)
    fresh = Frame(state, Style(), 300, 200, base)
    fresh.look(frame.view)
    assert (frame.image() != fresh.image()).mean() < 0.002


def test_a_plan_on_the_antimeridian_has_its_land(tmp_path):
    crs = projection.equal_area_crs(177, -19, 182, -16)
    (x0, y0), (x1, y1) = projection.to_plan(
        np.array([(178.0, -18.5), (-178.0, -16.5)]), "EPSG:4326", crs
    )
    import shapely

    arcs = build(np.array([shapely.box(x0, y0, x1, y1)], object))
    base = base_map(arcs, crs, tmp_path)
    assert "Fiji" in base.country_names
    at = projection.to_plan(np.array([(178.0, -17.8), (179.3, -16.6)]), "EPSG:4326", crs)
    frame = Frame(MapState(build(np.zeros(0, object), arcs.origin), []), Style(), 600, 600, base)
    frame.look(View.fit((*at.min(0) - 2e5, *at.max(0) + 2e5), (600, 600), arcs.origin))
    for x, y in frame.view.to_pixels(at).astype(int):
        assert int(frame.image()[y, x]) & 0xFFFFFF == Style().ink("land")


def test_warming_up_compiles_and_needs_no_resources(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    warm_up()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["two\nlines", "\ttab\r", "\u202eback", "nul\0", "", " ", "x" * 3000]
)
def test_a_name_of_any_letters_is_drawn(tmp_path, name):
    made = scene(names=[name, name, "Sør"], title=name, subtitle=name, credits=name)
    save_png(made, tmp_path / "map.png", 600, 400)
    save_pdf(made, tmp_path / "map.pdf", dpi=72)
    assert set("Sør") <= pdf_letters((tmp_path / "map.pdf").read_bytes())
    assert not set("\n\t\u202e") & pdf_letters((tmp_path / "map.pdf").read_bytes())
