import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("method", ["quantiles", "natural", "equal"])
def test_breaks_are_increasing_and_inside_the_values(method):
    values = np.random.default_rng(0).lognormal(size=4000)
    breaks = palettes.class_breaks(values, 5, method)
    assert len(breaks) == 4
    assert (np.diff(breaks) > 0).all()
    assert breaks[0] >= values.min()
    assert breaks[-1] < values.max()
    assert set(palettes.classify(values, breaks)) == set(range(5))


def test_natural_breaks_find_the_gaps():
    values = np.r_[np.linspace(0, 1, 40), np.linspace(10, 11, 40), np.linspace(50, 51, 40)]
    low, high = palettes.class_breaks(values, 3, "natural")
    assert 1 <= low < 10
    assert 11 <= high < 50


def test_quantiles_hold_equal_counts():
    values = np.arange(100.0)
    counts = np.bincount(palettes.classify(values, palettes.class_breaks(values, 4)))
    assert counts.tolist() == [25, 25, 25, 25]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(allow_nan=True, width=32), max_size=30), st.integers(2, 7))
def test_every_value_has_a_class(values, n):
    breaks = palettes.class_breaks(values, n, "quantiles")
    classes = palettes.classify(values, breaks)
    assert len(breaks) < n
    for value, kind in zip(values, classes, strict=True):
        assert (kind == -1) == bool(np.isnan(value))
        assert kind <= len(breaks)


def test_few_distinct_values_give_fewer_classes():
    assert len(palettes.class_breaks([3, 3, 3, np.nan], 5)) == 0
    assert len(palettes.class_breaks([1, 2], 5, "equal")) == 1
    assert len(palettes.class_breaks([], 5, "natural")) == 0


def test_many_equal_lowest_values_are_one_class_and_the_others_four():
    values = np.concatenate([np.zeros(2730), np.arange(1, 379)])
    breaks = palettes.class_breaks(values, 5)
    counts = np.bincount(palettes.classify(values, breaks))
    assert breaks[0] == 0 and counts[0] == 2730
    assert len(counts) == 5 and counts[1:].max() - counts[1:].min() <= 1
