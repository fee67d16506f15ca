"""SVG stills: the arcs' areas, the picture's places, and texts that are only texts."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from terradesk.arcs.outlines import polygons
from terradesk.errors import TerraDeskError
from terradesk.exporters import PictureSize, Shown, export, plan_scene
from terradesk.render.flags import FlagStamp
from terradesk.render.homes import HomeStamp
from terradesk.render.layout import LARGEST_SIDE, lay_out
from terradesk.render.linework import LinkStamp
from terradesk.render.scene import Classes
from terradesk.render.stills import bands, draw_map, save_png
from terradesk.render.svg import save_svg, svg
from terradesk.render.symbols import SHAPES
from tests.core.test_exporters_maps import ATTACKS, PLAN
from tests.core.test_render_stills import scene

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def parsed(text):
    return ElementTree.fromstring(text)


def rings(data):
    """Closed rings of path data that is made of M, l and z."""
    out = []
    for piece in re.findall(r"M([^Mz]*)z", data):
        first, rest = piece.split("l")
        numbers = re.findall(r"-?(?:\d+\.?\d*|\.\d+)", f"{first} {rest}")
        steps = np.array(numbers, float).reshape(-1, 2)
        out.append(np.cumsum(steps, axis=0))
    return out


def area(data):
    total = 0.0
    for ring in rings(data):
        x, y = ring.T
        total += (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    return abs(total)


def territories(root):
    return {e.get("id"): e for e in root.iter(f"{SVG}path") if "territory-" in (e.get("id") or "")}


def test_each_territory_is_one_path_as_large_as_its_arcs():
    made = scene()
    root, view = parsed(svg(made, 640, 480)), lay_out(made, 640, 480).view
    found = territories(root)
    assert sorted(found) == ["territory-1", "territory-2", "territory-3"]
    shapes = polygons(made.arcs, np.asarray(made.labels), 3)
    for k, shape in enumerate(shapes):
        path = found[f"territory-{k + 1}"]
        assert area(path.get("d")) == pytest.approx(shape.area * view.px_per_m**2, rel=0.004)
        assert path.find(f"{SVG}title").text == made.names[k]
    assert len({path.get("fill") for path in found.values()}) == 3


def test_neighbours_share_their_vertices():
    found = territories(parsed(svg(scene(locked=None), 640, 480)))
    corners = [
        {tuple(p) for ring in rings(e.get("d")) for p in ring.round(1).tolist()}
        for e in found.values()
    ]
    assert len(corners[0] & corners[1]) > 3
    assert len(corners[1] & corners[2]) > 3
    assert all(e.get("stroke") == e.get("fill") for e in found.values())


def test_a_part_of_the_map_is_cut_at_its_edge():
    whole = scene()
    x0, y0, x1, y1 = whole.extent()
    part = scene(box=(x0, y0, (x0 + x1) / 2, (y0 + y1) / 2))
    for e in territories(parsed(svg(part, 400, 300))).values():
        for ring in rings(e.get("d")):
            assert (ring >= -24.2).all()
            assert (ring <= (424.2, 324.2)).all()


def test_names_stand_where_the_picture_has_them():
    made = scene()
    drawn = [
        (e.text, float(e.get("x")), float(e.get("y")))
        for e in parsed(svg(made, 640, 480)).iter(f"{SVG}text")
    ]
    wanted = [(t.text, t.x, t.y) for t in lay_out(made, 640, 480).texts]
    assert [d[0] for d in drawn] == [w[0] for w in wanted]
    assert np.array([d[1:] for d in drawn]) == pytest.approx(
        np.array([w[1:] for w in wanted]), abs=0.051
    )


def test_everything_of_the_picture_is_there():
    root = parsed(svg(scene(selected=[3, 4]), 640, 480))
    groups = {e.get("id") for e in root.iter(f"{SVG}g")}
    assert {
        "areas",
        "unit-lines",
        "locks",
        "borders",
        "selection",
        "accounts",
        "furniture",
    } <= groups
    accounts = next(e for e in root.iter(f"{SVG}g") if e.get("id") == "accounts")
    assert len(accounts) == 2  # one has no place
    patterns = {f"url(#{e.get('id')})" for e in root.iter(f"{SVG}pattern")}
    used = {v for e in root.iter() for k, v in e.attrib.items() if v.startswith("url(#hatch")}
    assert used
    assert used <= patterns


def test_hidden_layers_are_left_out():
    hidden = frozenset({"labels", "locks", "borders", "districts", "lines"})
    root = parsed(svg(scene(hidden=hidden, fill_opacity=0.5, accounts=None), 640, 480))
    groups = {e.get("id"): e for e in root.iter(f"{SVG}g")}
    assert not {"locks", "borders", "accounts"} & set(groups)
    assert groups["areas"].get("opacity") == "0.50"
    texts = {e.text for e in root.iter(f"{SVG}text")}
    assert "Field plan" in texts
    assert not {"Nord", "Łódź", "Sør"} & texts


def test_classes_of_units_are_dissolved_by_colour():
    colours = (("#102030", "#405060"), ("#102030", "#405060"))
    classes = Classes(np.arange(24) // 12, colours, ["low", "high"], of_units=True, hatches=[0, 3])
    labels = np.arange(24) % 6 // 2
    root = parsed(svg(scene(classes=classes, locked=None, labels=labels), 640, 480))
    fills = [e for e in root.iter(f"{SVG}path") if e.get("fill") in colours[0]]
    assert sorted(e.get("fill") for e in fills) == list(colours[0])
    assert {e.get("fill") for e in territories(root).values()} == {"none"}
    assert "url(#hatch-6)" in {e.get("fill") for e in root.iter(f"{SVG}path")}


@pytest.mark.parametrize("name", [*ATTACKS, "\ud800", "\ufffe\0\x1b", "a\nb", ""])
def test_a_name_is_only_a_name(name):
    made = scene(
        names=[name, name, "Sør"], title=name, subtitle=name, credits=name, values=[name] * 3
    )
    text = svg(made, 640, 480)
    root = parsed(text.encode("utf-8"))
    allowed = (
        "svg title desc defs clipPath pattern rect path g circle polygon polyline text use image"
    )
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= set(allowed.split())
    for element in root.iter():
        assert not [k for k in element.attrib if k.lower().startswith("on") or k == "style"]
        for key, value in element.attrib.items():
            if key in ("href", HREF):
                assert value.startswith(("#", "data:image/png;base64,", "data:image/jpeg;base64,"))
            assert "url(" not in value or value.startswith("url(#")
    assert "<!" not in text.replace("&lt;!", "")


def test_names_from_right_to_left_say_so():
    root = parsed(svg(scene(title="طرح فروش", names=["تهران", "اصفهان", "שלום"]), 640, 480))
    by_text = {e.text: e for e in root.iter(f"{SVG}text")}
    for name in ("تهران", "שלום"):
        assert by_text[name].get("direction") == "rtl"
        assert by_text[name].get("text-anchor") == "middle"
    assert by_text["طرح فروش"].get("text-anchor") == "start"  # its right end, read from there


def test_crowds_become_one_small_picture():
    crowd = np.random.default_rng(0).uniform(0, 4000, (9000, 2))
    text = svg(scene(accounts=crowd, account_values=None), 400, 300)
    (image,) = parsed(text).iter(f"{SVG}image")
    assert image.get(HREF).startswith("data:image/png;base64,")
    assert len(text) < 200_000


def test_homes_links_and_symbols_are_shapes():
    spots = np.random.default_rng(1).uniform(0, 4000, (30, 2))
    made = scene(
        accounts=spots,
        account_values=None,
        account_kinds=np.arange(30) % 9,
        over=[
            LinkStamp(np.array([[500.0, 500.0, 3000.0, 3000.0]])),
            HomeStamp(spots[:2], np.array([1, -1]), ["AB", "C"]),
            FlagStamp(spots[2:4], np.array([3, 4])),
        ],
        n_below=1,
    )
    root = parsed(svg(made, 640, 480))
    order = [e.get("id") for e in next(root.iter(f"{SVG}g"))]
    assert order[-4:] == ["water-links", "accounts", "rep-homes", "start-points"]
    accounts = next(e for e in root.iter(f"{SVG}g") if e.get("id") == "accounts")
    assert len(accounts) == 30
    assert {e.tag for e in accounts} == {f"{SVG}circle", f"{SVG}polygon"}
    assert len(SHAPES) == 8


def test_strips_are_the_picture(tmp_path):
    made = scene(selected=[5])
    whole = draw_map(made, 600, 900, scale=2)
    layout = lay_out(made, 600, 900, 2)
    strips = [np.asarray(band) for band in bands(layout, most_pixels=1)]
    assert len(strips) > 5
    assert (np.concatenate(strips) == np.asarray(whole)).all()
    save_png(made, tmp_path / "map.png", 600, 900, 2)
    with Image.open(tmp_path / "map.png") as image:
        image.load()
        assert (np.asarray(image) == np.asarray(whole)).all()


def test_lines_and_letters_grow_with_the_resolution():
    small, large = (lay_out(scene(), 640, 480, scale) for scale in (1, 3))
    assert [t.text for t in small.texts] == [t.text for t in large.texts]
    assert [3 * t.size for t in small.texts] == [t.size for t in large.texts]
    assert large.style.reach == 3 * small.style.reach


def test_a_picture_beyond_all_bounds_is_refused(tmp_path):
    with pytest.raises(TerraDeskError, match="too large") as caught:
        save_png(scene(), tmp_path / "map.png", LARGEST_SIDE + 1, 10)
    assert "SVG" in caught.value.hint
    with pytest.raises(TerraDeskError):
        export(PLAN, 3, tmp_path / "map.png", size=PictureSize(39_000, 39_000, 300))
    assert list(tmp_path.iterdir()) == []


def test_the_exporters_write_what_is_asked_for(tmp_path: Path):
    [picture] = export(PLAN, 3, tmp_path / "map.png", size=PictureSize(1000, 700, 150))
    with Image.open(picture) as image:
        assert image.size == (1000, 700)
        assert image.info["dpi"][0] == pytest.approx(150, abs=0.1)
    shown = Shown(hidden=frozenset({"accounts", "base", "labels"}), fill_opacity=0.4)
    [drawing] = export(PLAN, 3, tmp_path / "map.svg", shown=shown)
    root = parsed(drawing.read_text("utf-8"))
    groups = {e.get("id"): e for e in root.iter(f"{SVG}g")}
    assert not {"accounts", "base-map", "water"} & set(groups)
    assert groups["areas"].get("opacity") == "0.40"


def test_the_scene_has_the_layers_that_are_shown():
    bare = plan_scene(PLAN, 3, with_base=False)
    assert not bare.over
    hidden = plan_scene(PLAN, 3, shown=Shown(hidden=frozenset({"accounts", "areas", "base"})))
    assert hidden.accounts is None
    assert hidden.base is None
    assert hidden.fill_opacity == 0


def test_a_drawing_without_units_is_sound(tmp_path):
    from terradesk.arcs import build

    empty = scene(arcs=build(np.zeros(0, object)), labels=[], locked=None, accounts=None)
    save_svg(empty, tmp_path / "empty.svg", 200, 150)
    assert parsed((tmp_path / "empty.svg").read_text("utf-8")).get("width") == "200"
