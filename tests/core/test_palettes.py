import numpy as np
import pytest

from terradesk import palettes

TEXT_ON_SURFACE = [
    *(
        (text, surface)
        for text in ("text", "text2", "text3")
        for surface in ("window", "panel", "raised")
    ),
    *((text, "raised") for text in ("over", "under", "ok", "warn", "accent_text")),
    *((text, "panel") for text in ("over", "under", "ok", "error", "accent_text")),
    ("accent_text", "accent_soft"),
    ("on_accent", "accent"),
    ("text", "warn_soft"),
    ("place", "land"),
    ("label", "water"),
    ("label", "paper"),
]
SHAPES_ON_SURFACE = [
    ("outline", "field"),
    ("over_bar", "panel"),
    ("under_bar", "panel"),
    ("ok_bar", "panel"),
    ("target", "band"),
    ("accent", "panel"),
    ("territory_core", "land"),
    ("select", "casing"),
]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "surface"), TEXT_ON_SURFACE)
def test_text_is_readable_on_its_surfaces(dark, text, surface):
    roles = palettes.roles(dark)
    assert palettes.contrast(roles[text], roles[surface]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("shape", "surface"), SHAPES_ON_SURFACE)
def test_shapes_are_visible_on_their_surfaces(dark, shape, surface):
    roles = palettes.roles(dark)
    assert palettes.contrast(roles[shape], roles[surface]) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_labels_are_readable_on_every_territory(dark):
    label = palettes.roles(dark)["label"]
    fills = palettes.territory_colours(dark)
    assert len(fills) == len(set(fills)) == palettes.N_FILLS == 24
    assert min(palettes.contrast(label, fill) for fill in fills) >= 5.5


def test_contrast_of_black_and_white():
    assert palettes.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert palettes.contrast("#777777", "#777777") == pytest.approx(1)


def test_rgba_splits_opacity_off():
    assert palettes.rgba("#2A354526") == (0x2A3545, pytest.approx(0x26 / 255))
    assert palettes.rgba("#DCE7EE") == (0xDCE7EE, 1.0)


def grid(side):
    at = np.arange(side * side).reshape(side, side)
    return np.concatenate(
        [np.c_[at[:, :-1].ravel(), at[:, 1:].ravel()], np.c_[at[:-1].ravel(), at[1:].ravel()]]
    )


def least(fills, pairs, dark):
    distance = palettes.palette_distance(dark)
    return distance[fills[pairs[:, 0]], fills[pairs[:, 1]]].min()


@pytest.mark.parametrize("dark", [False, True])
def test_neighbours_differ_for_the_colour_blind_too(dark):
    pairs = grid(5)
    fills = palettes.neighbour_colours(pairs, 25)
    assert least(fills, pairs, dark) > 0.03
    rng = np.random.default_rng(1)
    by_chance = [least(rng.permutation(25) % 24, pairs, dark) for _ in range(30)]
    assert least(fills, pairs, dark) > 2 * np.median(by_chance)


def test_every_fill_is_used_before_one_returns():
    fills = palettes.neighbour_colours(grid(7), 49)
    counts = np.bincount(fills, minlength=24)
    assert counts.min() == 2
    assert counts.max() == 3


def test_fixed_fills_stay_and_a_new_territory_gets_an_unused_one():
    pairs = grid(3)
    first = palettes.neighbour_colours(pairs, 9)
    kept = dict(enumerate(first[:8]))
    again = palettes.neighbour_colours(pairs, 9, fixed=kept)
    assert (again[:8] == first[:8]).all()
    assert again[8] not in first[:8]


def test_same_plan_gets_the_same_colours():
    pairs = grid(4)
    assert (palettes.neighbour_colours(pairs, 16) == palettes.neighbour_colours(pairs, 16)).all()


def test_no_territory_and_no_pairs():
    assert len(palettes.neighbour_colours([], 0)) == 0
    assert len(set(palettes.neighbour_colours([], 24))) == 24


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n", [3, 5, 7])
def test_sequential_colours_run_one_way(dark, n):
    colours = palettes.sequential_colours(n, dark)
    ground = palettes.roles(dark)["paper"]
    against = [palettes.contrast(c, ground) for c in colours]
    assert against == sorted(against)
    assert len(set(colours)) == n


@pytest.mark.parametrize("dark", [False, True])
def test_diverging_colours_are_strongest_at_the_ends(dark):
    colours = palettes.diverging_colours(5, dark)
    assert tuple(colours) == palettes.DIVERGING[int(dark)]
    ground = palettes.roles(dark)["paper"]
    against = [palettes.contrast(c, ground) for c in colours]
    assert against[2] == min(against)
    assert against[0] > against[1]
    assert against[4] > against[3]


def test_deviation_breaks_put_the_tolerance_inside():
    classes = palettes.classify(
        [-0.5, -0.12, -0.1 + 1e-9, 0, 0.1, 0.12, 0.5, np.nan], palettes.deviation_breaks(0.1)
    )
    assert classes.tolist() == [0, 1, 2, 2, 2, 3, 4, -1]


def in_all_sights(colours):
    """Least OKLab distance to the next colour, and whether the lightness runs one way."""
    apart = palettes.sight_distance(colours)
    return min(apart[k, k + 1] for k in range(len(colours) - 1))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", palettes.RAMPS)
def test_classes_next_to_each_other_differ_for_everybody(name, dark):
    for n in (2, 5, 9):
        colours = palettes.ramp_colours(name, n, dark)
        assert len(set(colours)) == n
        assert in_all_sights(colours) > 0.035


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", [n for n in palettes.RAMPS if n not in palettes.DIVERGING_RAMPS])
def test_sequential_palettes_run_from_near_the_paper_to_far_from_it(name, dark):
    paper = palettes.roles(dark)["paper"]
    against = [palettes.contrast(c, paper) for c in palettes.ramp_colours(name, 9, dark)]
    assert against == sorted(against) and against[-1] > 2


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", palettes.DIVERGING_RAMPS)
def test_the_sides_of_a_diverging_palette_differ_for_everybody(name, dark):
    colours = palettes.ramp_colours(name, 7, dark)
    apart = palettes.sight_distance(colours)
    assert min(apart[k, 6 - k] for k in range(3)) > 0.05


@pytest.mark.parametrize("dark", [False, True])
def test_the_fills_for_the_colour_blind_all_differ(dark):
    fills = palettes.territory_colours(dark, "safe")
    apart = palettes.sight_distance(fills) + np.eye(24)
    assert apart.min() > 0.045
    label = palettes.roles(dark)["label"]
    assert min(palettes.contrast(label, fill) for fill in fills) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_greys_are_grey_and_an_unknown_palette_is_the_usual_one(dark):
    greys = palettes.territory_colours(dark, "grey")
    assert len(greys) == 24 and len(set(greys)) == 6
    assert all(len({c[i : i + 2] for i in (1, 3, 5)}) == 1 for c in greys)
    assert palettes.territory_colours(dark, "?") == palettes.territory_colours(dark)


def test_kinds_are_as_unlike_as_can_be_and_none_returns():
    order = list(palettes.category_order())
    assert sorted(order) == list(range(24))
    apart = np.minimum(palettes.palette_distance(False), palettes.palette_distance(True))
    first = apart[np.ix_(order[:4], order[:4])] + np.eye(4)
    assert first.min() > 0.05
