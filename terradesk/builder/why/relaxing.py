"""Remedies applied to a problem, to see whether they help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats
from terradesk.builder.problem import BARRIER, NOWHERE, SHARED, WATER, Options, Problem
from terradesk.builder.why.findings import Remedy


def relaxed(problem: Problem, options: Options, remedy: Remedy) -> tuple[Problem, Options] | None:
    """The wishes with a remedy applied; None when that takes more than other numbers.

    Parameters
    ----------
    problem : Problem
    options : Options
    remedy : Remedy
    """
    change = _CHANGES.get(remedy.kind)
    changes = change(problem, remedy) if change else None
    return None if changes is None else (replace(problem, **changes), options)


def _tolerance(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    tolerances = problem.tolerances.copy()
    which = slice(None) if remedy.measure < 0 else remedy.measure
    tolerances[which] = np.maximum(tolerances[which], remedy.amount)
    return {"tolerances": tolerances}


def _unlock(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    classes = problem.allowed_class.copy()
    classes[remedy.units] = len(problem.allowed)
    everywhere = np.ones((1, problem.n_territories), bool)
    return {
        "allowed": np.concatenate((problem.allowed, everywhere)),
        "allowed_class": classes,
    }


def _territories(problem: Problem, remedy: Remedy) -> dict[str, Any] | None:
    """Only where all territories are asked the same: else it must be said who comes or goes."""
    k = round(remedy.amount)
    same = (problem.targets, problem.minimum, problem.maximum, problem.fixed_load)
    is_plain = all(_is_same(values) for values in same) and not problem.fixed_load.any()
    if not is_plain or problem.is_restricted or problem.has_baseline:
        return None
    if not 1 <= k <= problem.n_units:
        return None
    share = problem.n_territories / k
    return {
        "targets": np.repeat(problem.targets[:1] * share, k, 0),
        "minimum": np.repeat(problem.minimum[:1], k, 0),
        "maximum": np.repeat(problem.maximum[:1], k, 0),
        "fixed_load": np.zeros((k, problem.n_measures)),
        "allowed": np.ones((1, k), bool),
        "allowed_class": np.zeros(problem.n_units, np.int32),
        "seeds": np.full((k, 2), np.nan),
        "handover_caps": np.full((k, problem.handover_caps.shape[1]), np.inf),
    }


def _is_same(values: Floats) -> bool:
    return bool(np.allclose(values, values[:1], rtol=1e-9, atol=0, equal_nan=True))


def _link(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    n = len(remedy.pairs)
    return {
        "edges": np.concatenate((problem.edges, remedy.pairs)).astype(np.int32),
        "borders": np.concatenate((problem.borders, np.zeros(n))),
        "kinds": np.concatenate((problem.kinds, np.full(n, WATER, np.uint8))),
    }


def _barrier(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    n = problem.n_units
    keys = np.sort(problem.edges, 1).astype(np.int64) @ [n, 1]
    opened = np.isin(keys, np.sort(remedy.pairs, 1).astype(np.int64) @ [n, 1])
    kinds = np.where(opened & (problem.kinds == BARRIER), SHARED, problem.kinds)
    return {"kinds": kinds.astype(np.uint8)}


def _targets(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    targets, m = problem.targets.copy(), remedy.measure
    held = problem.fixed != NOWHERE
    total = problem.activities[held, m].sum() + problem.fixed_load[:, m].sum()
    targets[:, m] *= total / targets[:, m].sum()
    return {"targets": targets}


def _cap(problem: Problem, remedy: Remedy) -> dict[str, Any]:
    caps = problem.handover_caps.copy()
    caps[remedy.territory, remedy.measure] = remedy.amount
    return {"handover_caps": caps}


def _limits(name: str) -> Any:
    def change(problem: Problem, remedy: Remedy) -> dict[str, Any]:
        limits = getattr(problem, name).copy()
        which = slice(None) if remedy.territory < 0 else remedy.territory
        limits[which, remedy.measure] *= remedy.amount
        return {name: limits}

    return change


_CHANGES: dict[str, Any] = {
    "tolerance": _tolerance,
    "unlock": _unlock,
    "territories": _territories,
    "link": _link,
    "barrier": _barrier,
    "targets": _targets,
    "cap": _cap,
    "minimum": _limits("minimum"),
    "maximum": _limits("maximum"),
}
