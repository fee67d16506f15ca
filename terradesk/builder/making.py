"""Making a `Problem`: what is left out gets its usual value, what makes no sense is refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats
from terradesk.builder.problem import BARRIER, BadWish, Options, Problem
from terradesk.i18n import _, ngettext

MAX_TERRITORIES = 10_000
_STARTS = ("new", "baseline", "fill", "near")
_CONTIGUITY = ("edge", "corner", "off")


def make_problem(
    xy: Any,
    edges: Any,
    activities: Any,
    n_territories: int,
    *,
    borders: Any = None,
    kinds: Any = None,
    areas: Any = None,
    perimeters: Any = None,
    targets: Any = None,
    tolerances: Any = 0.1,
    weights: Any = 1.0,
    minimum: Any = 0.0,
    maximum: Any = np.inf,
    fixed_load: Any = 0.0,
    allowed: Any = None,
    allowed_class: Any = None,
    districts: Any = None,
    seeds: Any = None,
    baseline: Any = None,
    retention: Any = None,
    handover: Any = None,
    handover_caps: Any = np.inf,
) -> Problem:
    """A checked problem; see `Problem` for shapes and units.

    Parameters
    ----------
    xy, edges, activities
        Units, neighbours, what is balanced; (n,) activities are one measure.
    n_territories : int
    borders, kinds, areas, perimeters
        By default borders of 1 km, shared, areas of 1 km2, perimeters the sum of the borders.
    targets
        (k, m); by default equal shares of everything, fixed load included.
    tolerances, weights, minimum, maximum, fixed_load, handover_caps
        Numbers or arrays that broadcast to their shapes.
    allowed
        (c, k) with ``allowed_class``, or (n, k); by default everything is allowed.
    districts, seeds, baseline, retention, handover
        By default none; retention is the first measure.

    Raises
    ------
    BadWish
        If numbers are missing, negative, infinite or contradict each other.
    """
    points = _shaped(xy, (None, 2), _("the places of areas"))
    n, k = len(points), checked_number(n_territories, len(points))
    pairs = _pairs(edges, n)
    e = len(pairs)
    work = np.asarray(activities, np.float64)
    work = _shaped(work[:, None] if work.ndim == 1 else work, (n, None), _("measures"))
    _not_negative(work, _("measures"))
    m = work.shape[1]
    load = _spread(fixed_load, (k, m), _("fixed loads"))
    _not_negative(load, _("fixed loads"))
    lengths = _spread(1.0 if borders is None else borders, (e,), _("borders"))
    around = np.bincount(pairs.ravel(), np.repeat(lengths, 2), n)
    table, classes = _allowed(allowed, allowed_class, n, k)
    passed = _spread(0.0 if handover is None else _columns(handover), (n, _wide(handover)), "")
    wanted = (work.sum(0) + load.sum(0)) / k if targets is None else _columns(targets)
    made = Problem(
        xy=points,
        edges=pairs,
        borders=lengths,
        kinds=_spread(0 if kinds is None else kinds, (e,), "").astype(np.uint8),
        areas=_spread(1.0 if areas is None else areas, (n,), _("areas")),
        perimeters=_spread(around if perimeters is None else perimeters, (n,), _("outlines")),
        activities=work,
        targets=_spread(wanted, (k, m), _("targets")),
        tolerances=_spread(tolerances, (m,), _("tolerances")),
        weights=_spread(weights, (m,), _("weights")),
        minimum=_spread(_columns(minimum), (k, m), ""),
        maximum=_spread(_columns(maximum), (k, m), "", may_be_infinite=True),
        fixed_load=load,
        allowed=table,
        allowed_class=classes,
        districts=_labels(districts, n, n, _("states")),
        seeds=_spread(np.nan if seeds is None else seeds, (k, 2), "", may_be_missing=True),
        baseline=_labels(baseline, n, k, _("present territories")),
        retention=_spread(work[:, 0] if retention is None else retention, (n,), _("what is kept")),
        handover=passed,
        handover_caps=_spread(
            _columns(handover_caps), (k, passed.shape[1]), "", may_be_infinite=True
        ),
    )
    _check(made)
    return made


def check_options(options: Options) -> None:
    """Refuse options that mean nothing.

    Raises
    ------
    BadWish
    """
    shares = (options.compactness, options.keep, options.keep_districts)
    is_sane = (
        options.start in _STARTS
        and options.contiguity in _CONTIGUITY
        and all(0 <= s <= 1 for s in shares)
        and 0 < options.effort <= 1000
        and 1 <= options.starts <= 1000
        and options.time_limit > 0
        and 0 <= options.seed < 2**31
    )
    if not is_sane:
        raise BadWish(
            _("These settings of the builder make no sense."),
            _("Shares lie between 0 and 100 %, effort and number of runs are above 0."),
        )


def checked_number(wanted: int, n: int) -> int:
    """The number of territories wanted, if n units are enough for it.

    Raises
    ------
    BadWish
    """
    if n == 0:
        raise BadWish(_("There are no areas to build territories from."), _("Add boundaries."))
    if not 1 <= wanted <= MAX_TERRITORIES:
        text = _("The number of territories must lie between 1 and {most}.")
        raise BadWish(text.format(most=MAX_TERRITORIES), _("Type another number."))
    if wanted > n:
        raise BadWish(
            ngettext(
                "{k} territories cannot be made of {n} area: each needs one.",
                "{k} territories cannot be made of {n} areas: each needs one.",
                n,
            ).format(k=wanted, n=n),
            _("Ask for {n} or fewer, or use a finer map.").format(n=n),
        )
    return int(wanted)


def _shaped(values: Any, shape: tuple[int | None, ...], what: str) -> Floats:
    array = np.ascontiguousarray(values, np.float64)
    fits = array.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise BadWish(_("The table of {what} has the wrong size.").format(what=what))
    return array


def _columns(values: Any) -> Any:
    """One value per row of a table becomes one column."""
    array = np.asarray(values)
    return array[:, None] if array.ndim == 1 and array.dtype != object else values


def _wide(values: Any) -> int:
    array = np.asarray(0.0 if values is None else values)
    return 0 if values is None else array.shape[1] if array.ndim == 2 else 1


def _spread(
    values: Any,
    shape: tuple[int, ...],
    what: str,
    *,
    may_be_infinite: bool = False,
    may_be_missing: bool = False,
) -> Floats:
    try:
        array = np.array(np.broadcast_to(np.asarray(values, np.float64), shape))
    except ValueError as error:
        text = _("The table of {what} has the wrong size.").format(what=what or _("limits"))
        raise BadWish(text) from error
    is_bad = (np.isnan(array) & (not may_be_missing)) | (np.isinf(array) & (not may_be_infinite))
    if not may_be_missing and is_bad.any():
        raise BadWish(
            _("Numbers are missing in {what}.").format(what=what or _("the limits")),
            _("Fill them in, or choose another measure."),
        )
    return array


def _not_negative(values: Floats, what: str) -> None:
    if not np.isfinite(values).all():
        raise BadWish(
            _("Numbers are missing in {what}.").format(what=what),
            _("Fill them in, or choose another measure."),
        )
    if (values < 0).any():
        raise BadWish(
            _("There are negative numbers in {what}.").format(what=what),
            _("Territories can be balanced by what is 0 or more; choose another measure."),
        )


def _pairs(edges: Any, n: int) -> Any:
    pairs = np.ascontiguousarray(np.asarray(edges, np.int64).reshape(-1, 2))
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= n or (pairs[:, 0] == pairs[:, 1]).any()):
        raise BadWish(_("The list of neighbours names areas that are not there."))
    return pairs.astype(np.int32)


def _allowed(allowed: Any, classes: Any, n: int, k: int) -> tuple[Any, Any]:
    if allowed is None:
        return np.ones((1, k), bool), np.zeros(n, np.int32)
    table = np.asarray(allowed, bool)
    if classes is None:
        if table.shape != (n, k):
            raise BadWish(_("The table of allowed territories has the wrong size."))
        table, classes = np.unique(table, axis=0, return_inverse=True)
    rows = np.asarray(classes, np.int32).ravel()
    if table.ndim != 2 or table.shape[1] != k or rows.shape != (n,):
        raise BadWish(_("The table of allowed territories has the wrong size."))
    if len(rows) and (rows.min() < 0 or rows.max() >= len(table)):
        raise BadWish(_("The table of allowed territories has the wrong size."))
    return np.ascontiguousarray(table), rows


def _labels(values: Any, n: int, limit: int, what: str) -> Any:
    if values is None:
        return np.full(n, -1, np.int32)
    rows = np.asarray(values, np.int64).ravel()
    if rows.shape != (n,) or (n and (rows.min() < -1 or rows.max() >= limit)):
        raise BadWish(_("The list of {what} does not fit the areas.").format(what=what))
    return rows.astype(np.int32)


def _check(p: Problem) -> None:
    """Contradictions between numbers that are fine by themselves."""
    _not_negative(p.targets, _("targets"))
    _not_negative(p.areas, _("areas"))
    _not_negative(p.borders, _("borders"))
    _not_negative(p.retention, _("what is kept"))
    if (p.kinds > BARRIER).any():
        raise BadWish(_("The list of neighbours has kinds that are not known."))
    if (p.tolerances < 0).any() or (p.weights < 0).any():
        raise BadWish(_("Tolerances and weights must be 0 or more."), _("Type another number."))
    if (p.minimum > p.maximum).any():
        raise BadWish(
            _("A territory has a minimum above its maximum."),
            _("Lower the minimum or raise the maximum."),
        )
    if not np.isfinite(p.xy).all():
        raise BadWish(_("Some areas have no place on the map."), _("Leave them out."))
