"""Classes: the limits that part the values of a figure, their colours and their texts."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from terradesk import palettes
from terradesk.render.legend import class_texts

__all__ = ["MOST_CLASSES", "Classed", "Method", "Rules", "class_colours", "classed", "texts_of"]

Method = Literal["quantiles", "natural", "equal", "own"]
METHODS: tuple[Method, ...] = get_args(Method)
Floats = NDArray[np.float64]

LEAST_CLASSES, MOST_CLASSES = 2, 9
_NATURAL_SAMPLE = 1500  # Fisher-Jenks takes quadratic time
_N_KEPT = 64
_kept: OrderedDict[tuple[bytes, str, int], Floats] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Rules:
    """How a figure is parted into classes.

    Parameters
    ----------
    method : {"quantiles", "natural", "equal", "own"}
        Equal counts, Fisher-Jenks natural breaks, equal widths, or ``limits`` as they are.
    n : int
        Classes wanted, 2 to 9; there are fewer where the values do not tell them apart.
    palette : str
        A name of `terradesk.palettes.RAMPS`; "" lets the values choose.
    limits : tuple of float
        Own limits between classes, increasing; a value equal to a limit belongs to the lower class.
    """

    method: Method = "quantiles"
    n: int = 5
    palette: str = ""
    limits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Classed:
    """Values in classes.

    Parameters
    ----------
    limits : (n - 1,) float64
        Between the classes, increasing.
    classes : (m,) int32
        Class of each value, -1 where there is none or it is infinite.
    counts : (n,) int64
    lowest, highest : (n,) float64
        Of the values in each class; NaN in an empty one.
    """

    limits: Floats
    classes: NDArray[np.int32]
    counts: NDArray[np.int64]
    lowest: Floats
    highest: Floats


def classed(values: ArrayLike, rules: Rules) -> Classed:
    """Put values into classes.

    Parameters
    ----------
    values : (m,) float
        NaN and infinite values have no class.
    rules : Rules
    """
    given = np.asarray(values, np.float64)
    known = np.isfinite(given)
    ranked = np.sort(given[known])
    limits = _limits(ranked, rules)
    classes = np.full(len(given), -1, np.int32)
    classes[known] = palettes.classify(given[known], limits)
    ends = np.concatenate([[0], np.searchsorted(ranked, limits, side="right"), [len(ranked)]])
    counts = np.diff(ends)
    lowest, highest = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    full = counts > 0
    lowest[full], highest[full] = ranked[ends[:-1][full]], ranked[ends[1:][full] - 1]
    return Classed(limits, classes, counts, lowest, highest)


def _limits(ranked: Floats, rules: Rules) -> Floats:
    """Inner limits; kept, because the same figure is coloured again and again."""
    if rules.method == "own":
        own = np.array(rules.limits, np.float64)
        return np.unique(own[np.isfinite(own)])[: MOST_CLASSES - 1]
    n = min(max(rules.n, LEAST_CLASSES), MOST_CLASSES)
    key = (hashlib.blake2b(ranked.tobytes(), digest_size=16).digest(), rules.method, n)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _worked_out(ranked, rules.method, n)
        while len(_kept) > _N_KEPT:
            _kept.popitem(last=False)
    return found


def _worked_out(ranked: Floats, method: Method, n: int) -> Floats:
    distinct = ranked[np.append(True, np.diff(ranked) > 0)] if len(ranked) else ranked
    if len(distinct) <= n:
        return np.asarray(distinct[:-1])
    if method == "natural":
        limits = _natural(ranked, n)
    elif method == "equal":
        limits = np.linspace(distinct[0], distinct[-1], n + 1)[1:-1]
    else:
        limits = _quantiles(ranked, n)
        limits = ranked[np.searchsorted(ranked, limits, side="right") - 1]  # leaves none empty
    limits = np.unique(limits)
    return np.asarray(limits[(limits >= distinct[0]) & (limits < distinct[-1])])


def _quantiles(ranked: Floats, n: int) -> Floats:
    """Limits of equal counts; a value that fills a class by itself has one of its own.

    No sales in most counties is the usual case: the other values then share the other classes.
    """
    distinct, counts = np.unique(ranked, return_counts=True)
    heavy = np.flatnonzero(counts > len(ranked) / n)
    around = np.union1d(heavy, heavy - 1)
    own = distinct[around[(around >= 0) & (around < len(distinct) - 1)]][: n - 1]
    rest = ranked[~np.isin(ranked, distinct[heavy])]
    k = n - len(own)
    if k < 2 or not len(rest):
        return np.asarray(own)
    return np.concatenate([own, np.quantile(rest, np.arange(1, k) / k)])


def _natural(ranked: Floats, n: int) -> Floats:
    """Natural breaks (Jenks 1977, the optimum by Fisher 1958), of a sample where there are many."""
    import mapclassify

    if len(ranked) > _NATURAL_SAMPLE:
        ranked = np.quantile(ranked, np.linspace(0, 1, _NATURAL_SAMPLE))
    if len(np.unique(ranked)) <= n:
        return np.unique(ranked)[:-1]
    return np.asarray(mapclassify.FisherJenks(ranked, k=n).bins[:-1], np.float64)


def class_colours(found: Classed, palette: str = "") -> tuple[list[str], list[str]]:
    """Colours of classes, light and dark; a diverging palette has its middle at 0.

    Parameters
    ----------
    found : Classed
    palette : str
        A name of `palettes.RAMPS`; "": a diverging one where values lie on both sides of 0.
    """
    has_both = bool(np.nanmin(found.lowest, initial=0) < 0 < np.nanmax(found.highest, initial=0))
    name = palette if palette in palettes.RAMPS else "blue_red" if has_both else "teal"
    n = len(found.counts)
    if name not in palettes.DIVERGING_RAMPS or not has_both:
        return palettes.ramp_colours(name, n), palettes.ramp_colours(name, n, dark=True)
    zero = int(np.searchsorted(found.limits, 0.0))
    side = max(zero, n - 1 - zero, 1)
    at = slice(side - zero, side - zero + n)
    light, dark = (palettes.ramp_colours(name, 2 * side + 1, d)[at] for d in (False, True))
    return light, dark


def texts_of(found: Classed, shown: Callable[[float, bool], str]) -> list[str]:
    """What each class says: a range, or the one value it holds.

    Parameters
    ----------
    found : Classed
    shown : callable
        Makes a number a text, short or in full; in full where two limits would read the same.
    """
    short = [shown(v, True) for v in found.limits.tolist()]
    is_short = len(set(short)) == len(short)
    one = found.lowest == found.highest
    texts = class_texts(found.limits, lambda v: shown(v, is_short)) or [""]
    for k in np.flatnonzero(one).tolist():
        texts[k] = shown(float(found.lowest[k]), is_short)
    if len(found.counts) == 1 and not one[0] and found.counts[0]:
        texts[0] = f"{shown(found.lowest[0], True)} – {shown(found.highest[0], True)}"
    return texts if found.counts.sum() or len(found.limits) else []
