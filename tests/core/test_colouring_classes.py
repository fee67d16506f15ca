"""Classes: limits, colours and texts for any figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import palettes
from terradesk.colouring.classes import (
    METHODS,
    Rules,
    class_colours,
    classed,
    texts_of,
)

BY_VALUES = [m for m in METHODS if m != "own"]
any_values = st.lists(
    st.one_of(
        st.floats(-1e12, 1e12, width=64),
        st.sampled_from([0.0, 0.0, 1.0, -1.0, np.nan, np.inf, -np.inf]),
    ),
    max_size=60,
)


def shown(value, short):
    return f"{value:.3g}" if short else repr(value)


@settings(deadline=None, max_examples=150)
@given(any_values, st.sampled_from(["quantiles", "equal"]), st.integers(2, 9))
def test_every_finite_value_has_a_class_and_no_other(values, method, n):
    given_values = np.array(values, np.float64)
    found = classed(given_values, Rules(method, n))
    finite = np.isfinite(given_values)
    assert len(found.counts) == len(found.limits) + 1 <= n
    assert ((found.classes >= 0) == finite).all()
    assert found.counts.sum() == finite.sum()
    assert (np.bincount(found.classes[finite], minlength=len(found.counts)) == found.counts).all()
    if len(found.limits) and method == "quantiles":
        assert (found.counts > 0).all()
    for k in np.flatnonzero(found.counts):
        inside = given_values[found.classes == k]
        assert (found.lowest[k], found.highest[k]) == (inside.min(), inside.max())


@settings(deadline=None, max_examples=80)
@given(any_values, st.lists(st.floats(-1e6, 1e6), max_size=8))
def test_own_limits_stay_as_they_are(values, limits):
    found = classed(values, Rules("own", limits=tuple(limits)))
    assert found.limits.tolist() == sorted(set(limits))
    assert found.counts.sum() == np.isfinite(np.array(values, np.float64)).sum()
    for value, kind in zip(values, found.classes, strict=True):
        if kind >= 0:
            assert all(value > limit for limit in found.limits[:kind])
            assert all(value <= limit for limit in found.limits[kind:])


@settings(deadline=None, max_examples=100)
@given(any_values, st.sampled_from(["quantiles", "equal"]), st.sampled_from([*palettes.RAMPS, ""]))
def test_each_class_has_a_colour_in_both_themes_and_a_text(values, method, palette):
    found = classed(values, Rules(method, 6))
    light, dark = class_colours(found, palette)
    assert len(light) == len(dark) == len(found.counts) == len(set(light)) == len(set(dark))
    texts = texts_of(found, shown)
    assert len(texts) in (0, len(found.counts)) and all(texts)
    assert bool(texts) == bool(np.isfinite(np.array(values, np.float64)).any())


@pytest.mark.parametrize("method", BY_VALUES)
def test_limits_increase_inside_the_values(method):
    values = np.random.default_rng(0).lognormal(size=4000)
    limits = classed(values, Rules(method, 5)).limits
    assert len(limits) == 4 and (np.diff(limits) > 0).all()
    assert limits[0] >= values.min() and limits[-1] < values.max()


def test_natural_breaks_find_the_gaps():
    values = np.r_[np.linspace(0, 1, 40), np.linspace(10, 11, 40), np.linspace(50, 51, 40)]
    low, high = classed(values, Rules("natural", 3)).limits
    assert 1 <= low < 10 and 11 <= high < 50


def test_natural_breaks_of_many_values_are_those_of_a_sample():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(m, 0.5, 12_000) for m in (0, 10, 30)])
    low, high = classed(values, Rules("natural", 3)).limits
    assert 1 < low < 8 and 11 < high < 28


def test_equal_counts_are_equal():
    assert classed(np.arange(100.0), Rules("quantiles", 4)).counts.tolist() == [25] * 4


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        (np.r_[np.zeros(2730), np.arange(1, 379)], [2730, 95, 94, 94, 95]),
        (np.r_[np.zeros(80), -np.arange(1, 11), np.arange(1, 11)], None),
        (np.r_[np.arange(100), np.full(300, 1000.0)], None),
    ],
)
def test_a_value_that_fills_a_class_has_one_of_its_own(values, counts):
    found = classed(values, Rules("quantiles", 5))
    heavy = np.unique(values)[np.unique(values, return_counts=True)[1].argmax()]
    alone = found.lowest == found.highest
    assert heavy in found.lowest[alone] and 3 <= len(found.counts) <= 5
    if counts:
        assert abs(found.counts - counts).max() <= 1


@pytest.mark.parametrize("method", BY_VALUES)
@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([], []),
        ([np.nan, np.inf], []),
        ([3.0, 3.0, 3.0, np.nan], ["3"]),
        ([0.0, 0.0], ["0"]),
        ([-2.0, 5.0, 5.0], ["-2", "5"]),
        ([1.0, 2.0, 3.0, np.inf], ["1", "2", "3"]),
    ],
)
def test_few_values_are_their_own_classes(method, values, texts):
    assert texts_of(classed(values, Rules(method, 5)), shown) == texts


def test_limits_that_would_read_the_same_are_written_in_full():
    values = 1000.1 + np.arange(9) / 50
    found = classed(values, Rules("own", limits=(1000.15, 1000.21)))
    texts = texts_of(found, lambda v, short: f"{v:.0f}" if short else f"{v:.2f}")
    assert len(set(texts)) == 3 and "1000.15" in "".join(texts)


@pytest.mark.parametrize("dark", [0, 1])
def test_a_diverging_palette_has_its_middle_at_zero(dark):
    found = classed([-1.0, 1.0, 2.0, 3.0, 4.0], Rules("own", limits=(-0.5, 0.5, 1.5, 2.5)))
    middle = palettes.ramp_colours("blue_red", 3, bool(dark))[1]
    assert class_colours(found, "blue_red")[dark][1] == middle
    assert class_colours(found)[dark] == class_colours(found, "blue_red")[dark]
    above = classed([1.0, 2.0, 3.0], Rules())
    assert class_colours(above)[dark] == palettes.ramp_colours("teal", 3, bool(dark))
