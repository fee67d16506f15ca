"""Problems and results as what a worker process carries: arrays, numbers, texts; no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk.builder.problem import Figures, Options, Problem, Result, Violation

if TYPE_CHECKING:
    from terradesk.builder.pareto import Solution


def write_problem(path: Path, problem: Problem) -> None:
    """Write the arrays of a problem into one .npz file, whole or not at all."""
    arrays = {f.name: getattr(problem, f.name) for f in fields(Problem)}
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez(stream, **arrays)
    part.replace(path)


def read_problem(path: Path) -> Problem:
    """The problem that `write_problem` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return Problem(**{f.name: arrays[f.name] for f in fields(Problem)})


def plain_options(options: Options) -> dict[str, Any]:
    """Options as what JSON holds; no time limit is None."""
    out = asdict(options)
    return {**out, "time_limit": None if np.isinf(out["time_limit"]) else out["time_limit"]}


def options_of(values: Mapping[str, Any]) -> Options:
    """The options that `plain_options` wrote."""
    limit = values["time_limit"]
    return Options(**{**values, "time_limit": float("inf") if limit is None else limit})


def plain_result(result: Result) -> dict[str, Any]:
    """A result as arrays, lists, numbers and texts."""
    out = {f.name: getattr(result, f.name) for f in fields(Result)}
    figures = {f.name: getattr(result.figures, f.name) for f in fields(Figures)}
    violations = [
        {f.name: getattr(v, f.name) for f in fields(Violation)} for v in result.violations
    ]
    return {**out, "figures": figures, "violations": violations}


def result_of(values: Mapping[str, Any]) -> Result:
    """The result that `plain_result` wrote."""
    figures = Figures(**values["figures"])
    violations = tuple(
        Violation(**{**v, "is_avoidable": bool(v["is_avoidable"])}) for v in values["violations"]
    )
    return Result(**{**values, "figures": figures, "violations": violations})


def plain_solution(solution: Solution) -> dict[str, Any]:
    """One choice of a Pareto search as arrays, lists, numbers and texts."""
    return {"result": plain_result(solution.result), "traits": list(solution.traits)}


def solution_of(values: Mapping[str, Any]) -> Solution:
    """The choice that `plain_solution` wrote."""
    from terradesk.builder.pareto import Solution

    return Solution(result_of(values["result"]), tuple(values["traits"]))
