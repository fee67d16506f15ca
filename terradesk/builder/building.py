"""`build`: from a problem to a checked result, by the way the options ask for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Stopped, Watcher, Work, make_work
from terradesk.builder.engine.energies import Costs, key, make_costs
from terradesk.builder.making import check_options
from terradesk.builder.problem import VERSION, Options, Problem, Result
from terradesk.builder.ranking import rank
from terradesk.builder.settling import settle, with_proof
from terradesk.progress import Progress, silent

__all__ = ["build"]


def build(
    problem: Problem,
    options: Options | None = None,
    progress: Progress = silent,
    watch: Watcher | None = None,
) -> Result:
    """Territories for a problem.

    Parameters
    ----------
    problem : Problem
    options : Options, optional
    progress : callable
        Gets the fraction done; may raise `terradesk.progress.Cancelled`, which ends the build with
        the best so far.
    watch : callable, optional
        Gets a `Snapshot` at most five times a second.

    Returns
    -------
    Result
        Checked by `verifying.verify`; whatever is not as it was asked is in its violations. The
        same problem, options and seed give the same result when ``stopped`` is "complete".

    Raises
    ------
    BadWish
        If the options mean nothing.
    """
    options = options or Options()
    check_options(options)
    work = make_work(problem, options)
    clock = Clock(work, progress, watch)
    costs = make_costs(work)
    stopped, found, is_impossible = "complete", [], False
    try:
        for seed in range(options.seed, options.seed + options.starts):
            labels = _run(work, clock, seed, costs)
            if not is_impossible:  # proved once is enough
                clock.offer(labels, key(work, labels, costs))
                settled = settle(work, labels, clock)
                labels, is_impossible = settled.labels, settled.is_impossible
                stopped = "time" if settled.is_cut_off else stopped
            clock.offer(labels, key(work, labels, costs), is_final=True)
            result = _result(problem, work, labels, seed)
            found.append(with_proof(result) if is_impossible else result)
    except Stopped as stop:
        stopped = stop.why
    if not found:
        found.append(_result(problem, work, clock.best, options.seed))
    best = min(found, key=lambda result: rank(result, options))
    return replace(best, stopped=stopped, iterations=clock.moves, seconds=clock.seconds)


def _run(work: Work, clock: Clock, seed: int, costs: Costs) -> Int32s:
    if work.options.start == "new":
        from terradesk.builder.engine.fresh import from_nothing

        return from_nothing(work, clock, seed, costs)
    if work.options.start == "baseline":
        from terradesk.builder.engine.realigning import realign as run
    elif work.options.start == "fill":
        from terradesk.builder.engine.filling import fill as run
    else:
        from terradesk.builder.engine.nearing import near as run
    found: Int32s = run(work, clock, seed)
    return found


def _result(problem: Problem, work: Work, labels: Int32s | None, seed: int) -> Result:
    from terradesk.builder.engine.repairing import repair
    from terradesk.builder.verifying import verify

    if labels is None:
        labels = repair(work, np.array(work.problem.baseline))
    figures, violations = verify(problem, work.options, labels)
    return Result(
        assignment=labels,
        figures=figures,
        violations=violations,
        stopped="complete",
        iterations=0,
        seed=seed,
        seconds=0.0,
        version=VERSION,
    )
