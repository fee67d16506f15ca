"""Compiling every kernel of the builder ahead of its first use."""

from __future__ import annotations

import numpy as np

from terradesk.builder.making import make_problem
from terradesk.builder.problem import Options, Problem
from terradesk.progress import Progress, silent


def tiny() -> Problem:
    """Six by six squares for two territories."""
    x, y = (a.ravel() for a in np.meshgrid(np.arange(6.0), np.arange(6.0)))
    at = np.arange(36).reshape(6, 6)
    right = np.stack((at[:, :-1].ravel(), at[:, 1:].ravel()), 1)
    up = np.stack((at[:-1].ravel(), at[1:].ravel()), 1)
    return make_problem(
        np.stack((x, y), 1), np.concatenate((right, up)), np.ones(36), 2, perimeters=4.0
    )


def warm(progress: Progress = silent) -> None:
    """Run every kernel once on a tiny problem: a minute the first time, then from numba's cache.

    Parameters
    ----------
    progress : callable
        Called before each family of kernels.
    """
    for k, step in enumerate(WARMED):
        progress(k / len(WARMED), "")
        step()


def _warm_build() -> None:
    from terradesk.builder.building import build

    build(tiny(), Options(effort=0.001))


def _warm_swaps() -> None:
    from terradesk.builder.swaps.finding import find_moves

    thirds = np.minimum(np.arange(36) // 8, 2).astype(np.int32)
    problem = tiny()
    problem = make_problem(problem.xy, problem.edges, np.ones(36), 3, perimeters=4.0)
    find_moves(problem, Options(), thirds)


def _warm_diagnosis() -> None:
    from terradesk.builder.why.diagnosing import diagnose

    diagnose(tiny(), Options())


def _warm_realign() -> None:
    """A carved territory and a cut border as well: the present map is far out."""
    from terradesk.builder.building import build
    from terradesk.builder.wishes.modes import carve, fill_only

    halves = np.where(np.arange(36) % 6 < 1, 0, 1)
    halves[-1] = -1
    problem = tiny()
    problem = make_problem(problem.xy, problem.edges, np.ones(36), 2, baseline=halves)
    for task in (carve(problem), fill_only(problem)):
        build(task.problem, task.options)


def _warm_cutting() -> None:
    from terradesk.builder.clock import Clock, make_work
    from terradesk.builder.engine.cutting import cut_pair
    from terradesk.builder.engine.energies import make_costs

    work = make_work(tiny(), Options())
    labels = (np.arange(36) // 18).astype(np.int32)
    wanted = np.full((2, 1), 18.0)
    rng = np.random.default_rng(1)
    cut_pair(work, labels, wanted, wanted, make_costs(work), Clock(work), rng, 2)


def _warm_exact() -> None:
    from terradesk.builder.clock import Clock, make_work
    from terradesk.builder.exact import finish

    work = make_work(tiny(), Options())
    finish(work, np.full(36, -1, np.int32), Clock(work), 5.0)


WARMED = (_warm_build, _warm_swaps, _warm_diagnosis, _warm_realign, _warm_cutting, _warm_exact)
"""What `warm` runs: one function per family of kernels."""
