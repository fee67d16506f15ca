"""Which of two results is the better one."""

from __future__ import annotations

import numpy as np

from terradesk.builder.problem import Options, Result

_BROKEN = ("unassigned", "empty", "lock", "split", "minimum", "maximum", "handover")


def rank(result: Result, options: Options) -> tuple[float, ...]:
    """The key by which results are compared: the smallest is the best.

    First what must never be, then avoidable territories out of tolerance and how far, then shape
    and what is kept, as the options weigh them.
    """
    broken = sum(1 for v in result.violations if v.kind in _BROKEN)
    out = [v for v in result.violations if v.kind == "tolerance"]
    figures = result.figures
    shapes = figures.compactness[~np.isnan(figures.compactness)]
    shape = float(shapes.mean()) if len(shapes) else 0.0
    kept = 0.0 if np.isnan(figures.kept) else figures.kept
    score = options.compactness * shape + 4 * options.keep * kept
    score -= options.keep_districts * figures.n_split_districts / max(1, len(figures.n_units))
    return (
        float(broken),
        float(sum(v.is_avoidable for v in out)),
        round(sum(abs(v.amount) for v in out), 9),
        -score,
        float(result.seed),
    )
