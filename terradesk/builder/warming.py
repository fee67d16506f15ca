"""Compiling every kernel of the builder ahead of its first use."""

from __future__ import annotations

import numpy as np

from terradesk.builder.making import make_problem
from terradesk.builder.problem import Options, Problem


def tiny() -> Problem:
    """Six by six squares for two territories."""
    x, y = (a.ravel() for a in np.meshgrid(np.arange(6.0), np.arange(6.0)))
    at = np.arange(36).reshape(6, 6)
    right = np.stack((at[:, :-1].ravel(), at[:, 1:].ravel()), 1)
    up = np.stack((at[:-1].ravel(), at[1:].ravel()), 1)
    return make_problem(
        np.stack((x, y), 1), np.concatenate((right, up)), np.ones(36), 2, perimeters=4.0
    )


def warm() -> None:
    """Run every kernel once on a tiny problem: seconds the first time, then from numba's cache."""
    for step in WARMED:
        step()


def _warm_build() -> None:
    from terradesk.builder.building import build

    build(tiny(), Options(effort=0.001))


def _warm_swaps() -> None:
    from terradesk.builder.swapping import find_moves

    thirds = np.minimum(np.arange(36) // 8, 2).astype(np.int32)
    problem = tiny()
    problem = make_problem(problem.xy, problem.edges, np.ones(36), 3, perimeters=4.0)
    find_moves(problem, Options(), thirds)


def _warm_diagnosis() -> None:
    from terradesk.builder.diagnosing import diagnose

    diagnose(tiny(), Options())


WARMED = (_warm_build, _warm_swaps, _warm_diagnosis)
"""What `warm` runs: one function per family of kernels."""
