"""Check that the sample tells its story, and that a planner can reach its end.

Run from the root of the project: ``python scripts/check_sample.py``. Prints the territories; fails
if a fact of the story does not hold, or if no plan is found in which all 25 territories are in one
piece and within the tolerance of ten per cent.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from build_sample_territories import Counties, search  # noqa: E402

from terradesk import measures, sample  # noqa: E402
from terradesk.i18n import number, percent  # noqa: E402
from terradesk.plan import AlignmentView, Plan  # noqa: E402


def report(view: AlignmentView) -> None:
    """Print every territory with its rep, counties, population and deviation."""
    balance, counts = measures.balance(view), measures.counts(view)
    for slot, territory in enumerate(view.leaves, 1):
        rep = view.owners.get(territory.id)
        print(
            f"{territory.name:14} {rep.name if rep else '-':18} {counts.units[slot]:4} counties "
            f"{counts.accounts[slot]:4} accounts {number(balance.values[slot]):>11} "
            f"{percent(balance.deviations[slot], 1):>8}"
        )
    print(f"In tolerance {balance.n_in_tolerance} of {balance.n_territories}")


def facts(view: AlignmentView) -> dict[str, bool]:
    """What the story claims, and whether it is so."""
    balance, pieces = measures.balance(view), measures.contiguity(view)
    off = balance.deviations[1:]
    gaps, apart = measures.enclosed(view), measures.detached(view)
    return {
        "6 over, 5 under, 14 in tolerance": (
            (off > 0.1).sum() == 6 and (off < -0.1).sum() == 5 and balance.n_in_tolerance == 14
        ),
        "one split territory, in two parts": len(apart) == 1 and pieces.parts.max() == 2,
        "one enclosed gap of three counties": len(gaps) == 1 and len(gaps[0].rows) == 3,
        "24 reps and one vacancy": len(view.owners) == 24 and len(view.leaves) == 25,
        "5 named accounts": len(view.overrides) == 5,
    }


def even(plan: Plan, view: AlignmentView) -> AlignmentView:
    """A plan found by search in which every territory has nearly an equal share."""
    labels = search(Counties(plan), np.zeros(len(view.leaves)), {})
    ids = np.array([t.id for t in view.leaves], np.int32)
    return replace(plan, assignments={**plan.assignments, view.id: ids[labels]}).alignment(view.id)


def main() -> int:
    """Print and check; the exit code."""
    plan = sample.make_plan()
    view = plan.alignment(plan.alignment_of(plan.scenarios[-1].id))
    report(view)
    population = plan.units.column("population")
    largest = float(np.nanmax(population) / np.nansum(population))
    print(f"The largest county has {percent(largest, 2, signed=False)} of the population;")
    print("an equal share is 4 %, and up to 4.4 % is within the tolerance.")
    found = even(plan, view)
    reached, parts = measures.balance(found).n_in_tolerance, measures.contiguity(found).parts[1:]
    print(f"Found by search: in tolerance {reached} of 25, {(parts == 1).sum()} in one piece.")
    checks = facts(view)
    checks["25 of 25 in tolerance and in one piece can be reached"] = bool(
        reached == 25 and (parts == 1).all()
    )
    for text, is_so in checks.items():
        print("ok  " if is_so else "NOT ", text)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
