"""The builder on one question, in a process of its own: ``python -m bench.builder_runs CASE``.

Prints one JSON line per seed. Kernels are compiled before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench.builder_cases import CASES, Case, Instance, load
from bench.builder_figures import figures, peak_mb

DRIFT = 0.15
_EXACT_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Measure one case."""
    parser = argparse.ArgumentParser(prog="python -m bench.builder_runs")
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--instances", default="")
    wish = parser.parse_args(arguments)
    case = CASES[wish.case]
    instance = load(case.instance, wish.instances)
    warm()
    for line in _KINDS[case.kind](case, instance, wish.seeds or case.seeds):
        line["mb"] = peak_mb()
        print(json.dumps(line), flush=True)
    return 0


def warm() -> None:
    """Compile or load every kernel of the builder, by its own list and by small builds."""
    from terradesk.builder import Options, warming
    from terradesk.builder.building import build

    warming.warm()
    small = load("random 105")
    for start in ("new", "baseline"):
        for measures in (("workload",), ("workload", "workload")):
            problem = small.problem(measures, 8, 0.01, baseline=np.arange(105) % 8)
            build(problem, Options(start=start, effort=0.1))


class _Timer:
    """CPU and wall seconds of a block."""

    def __enter__(self) -> _Timer:
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_error: object) -> None:
        self.cpu = time.process_time() - self._cpu
        self.wall = time.perf_counter() - self._wall


def _work(case: Case, instance: Instance) -> np.ndarray:
    return np.column_stack([instance.activities[name] for name in case.measures])


def _told(
    case: Case, instance: Instance, work: np.ndarray, result: Any, timer: _Timer
) -> dict[str, Any]:
    """Figures of a result, those of the builder compared with our own."""
    found = figures(instance, work, case.k, case.tolerance, result.assignment)
    kinds = {v.kind for v in result.violations}
    faults = [name for name in ("split", "empty", "missing") if found[name]]
    names = {"missing": "unassigned"}
    hidden = [name for name in faults if names.get(name, name) not in kinds]
    avoidable = [v for v in result.violations if v.is_avoidable and v.kind == "tolerance"]
    return found | {
        "cpu": timer.cpu,
        "wall": timer.wall,
        "avoidable": len({v.territory for v in avoidable}),
        "note": f"NOT SAID: {', '.join(hidden)}" if hidden else ", ".join(faults),
        "stopped": result.stopped,
    }


def _build(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    from terradesk.builder import Options
    from terradesk.builder.building import build

    work = _work(case, instance)
    for seed in range(1, seeds + 1):
        problem = instance.problem(case.measures, case.k, case.tolerance)
        with _Timer() as timer:
            result = build(problem, Options(seed=seed, **case.options))
        yield _told(case, instance, work, result, timer)


def _homes(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    """Homes drawn where people work, fixed as centres."""
    from terradesk.builder import Options
    from terradesk.builder.building import build

    work = _work(case, instance)
    for seed in range(1, seeds + 1):
        random = np.random.default_rng(seed)
        rows = random.choice(instance.n, case.k, replace=False, p=work[:, 0] / work[:, 0].sum())
        homes = instance.xy[rows]
        problem = instance.problem(case.measures, case.k, case.tolerance, seeds=homes)
        with _Timer() as timer:
            result = build(problem, Options(seed=seed))
        line = _told(case, instance, work, result, timer)
        ways = np.hypot(*(instance.xy - homes[result.assignment]).T)
        km = float((ways * work[:, 0]).sum() / work[:, 0].sum())
        held = np.mean(result.assignment[rows] == np.arange(case.k))
        line["note"] += f" {km:.0f} km to the home, {held:.0%} of homes inside"
        yield line


def drifted(case: Case, instance: Instance, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Territories that were balanced, and the activity (n, m) some time later."""
    from terradesk.builder import Options
    from terradesk.builder.building import build

    problem = instance.problem(case.measures, case.k, case.tolerance)
    baseline = build(problem, Options(seed=seed)).assignment
    random = np.random.default_rng(seed + 50)
    return baseline, problem.activities * random.lognormal(0, DRIFT, problem.activities.shape)


def _realign(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    from terradesk.builder import Options
    from terradesk.builder.building import build

    for seed in range(1, seeds + 1):
        baseline, work = drifted(case, instance, seed)
        problem = instance.problem(
            case.measures, case.k, case.tolerance, activities=work, baseline=baseline
        )
        before = figures(instance, work, case.k, case.tolerance, baseline)["out"]
        with _Timer() as timer:
            result = build(problem, Options(seed=seed, **case.options))
        line = _told(case, instance, work, result, timer)
        same = result.assignment == baseline
        line["kept"] = float(work[same].sum() / work.sum() * 100)
        line["note"] = f"{line['note']} {before} out before"
        yield line


def _pareto(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    from terradesk.builder import Options
    from terradesk.builder.pareto import pareto

    for seed in range(1, seeds + 1):
        baseline, work = drifted(case, instance, seed)
        problem = instance.problem(
            case.measures, case.k, case.tolerance, activities=work, baseline=baseline
        )
        with _Timer() as timer:
            found = pareto(problem, Options(start="baseline", seed=seed))
        results = [getattr(one, "result", one) for one in found]
        told = [_told(case, instance, work, one, timer) for one in results]
        kept = [float(work[one.assignment == baseline].sum() / work.sum()) for one in results]
        texts = [f"{k:.1%} kept, PP {t['pp']:.3f}, {t['out']} out"
                 for k, t in zip(kept, told, strict=True)]  # fmt: skip
        best = max(range(len(told)), key=lambda i: told[i]["pp"])
        yield told[best] | {"note": f"{len(found)} choices: " + "; ".join(texts)}


def _small(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    """Few units at a tight tolerance: the optimum, or the proof that there is none."""
    from terradesk.builder import Options
    from terradesk.builder.building import build
    from terradesk.builder.clock import Clock, make_work
    from terradesk.builder.exact import finish

    work = _work(case, instance)
    problem = instance.problem(case.measures, case.k, case.tolerance)
    made = make_work(problem, Options())
    with _Timer() as timer:
        result = build(problem, Options())
        done = finish(made, result.assignment.copy(), Clock(made), _EXACT_SECONDS)
    line = {"cpu": timer.cpu, "wall": timer.wall, "note": done.status}
    if done.status == "infeasible":
        yield line
        return
    labels = np.asarray(done.labels)
    yield figures(instance, work, case.k, case.tolerance, labels) | line


def _diagnose(case: Case, instance: Instance, seeds: int) -> Iterator[dict[str, Any]]:
    from terradesk.builder import Options
    from terradesk.builder.why.diagnosing import diagnose

    problem = instance.problem(case.measures, case.k, case.tolerance)
    for _seed in range(seeds):
        with _Timer() as timer:
            found = diagnose(problem, Options())
        proofs = sum(f.is_proof for f in found.findings)
        tightest = ", ".join(f"±{t:.1%}" for t in np.atleast_1d(found.tightest))
        yield {
            "cpu": timer.cpu,
            "wall": timer.wall,
            "note": f"{len(found.findings)} findings, {proofs} proved, tightest {tightest}",
        }


_KINDS: dict[str, Callable[[Case, Instance, int], Iterator[dict[str, Any]]]] = {
    "build": _build,
    "homes": _homes,
    "realign": _realign,
    "pareto": _pareto,
    "small": _small,
    "diagnose": _diagnose,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
