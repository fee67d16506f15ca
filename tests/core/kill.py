"""Kills a process that edits a plan, again and again, and looks at what is left.

``python -m tests.core.kill PLAN ROUNDS SEED`` edits PLAN in forked children, kills each with
SIGKILL at a random moment and prints one JSON object: what held in how many rounds.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from terradesk import planfile
from terradesk.document import Document, Step
from terradesk.edits import assign
from terradesk.edits import scenarios as sc
from terradesk.plan import Plan
from tests.core.kernel import grid_accounts, grid_plan
from tests.core.plan_files import A, differences, replayed


def edit_for_ever(path: Path, pipe: int, seed: int) -> None:
    """Random steps through the real document; each one that returns is told through the pipe."""
    rng = np.random.default_rng(seed)
    document = planfile.open_document(path)
    os.write(pipe, len(document.steps).to_bytes(4, "little"))
    while True:
        step = random_step(document, rng)
        if step:
            os.write(pipe, step.to_bytes(4, "little"))


def random_step(document: Document, rng: np.random.Generator) -> int:
    """Do something; number of the step, 0 if nothing was to be done."""
    plan, kind = document.plan, rng.random()
    if kind < 0.1:
        step = document.undo()
    elif kind < 0.2:
        step = document.redo()
    elif kind < 0.22:
        step = document.add_accounts(grid_accounts(4, 4), "more.csv")
    elif kind < 0.24 and len(plan.scenarios) < 4:
        step = document.do(sc.copy_scenario(plan, 1, "copy"))
    else:
        n = int(rng.choice([1, 1, 10, 100, len(plan.units)]))
        rows = rng.choice(len(plan.units), min(n, len(plan.units)), replace=False)
        leaves = [t.id for t in plan.alignment(A).leaves]
        edit = assign(plan, A, rows, rng.choice(leaves, len(rows))).edit
        step = document.do(edit) if edit else None
    return step.seq if step else 0


def kill_once(path: Path, start: Plan, seed: int, counts: Counter[str]) -> None:
    """One round: a child edits until it is killed, then the file is compared with what it told."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            edit_for_ever(path, theirs, seed)
        finally:
            os._exit(1)
    os.close(theirs)
    told = os.read(ours, 4)
    assert told, "the child could not open the plan"
    moment = random.Random(seed)
    for _step in range(moment.randrange(8)):  # a slow machine is given the time it needs
        told += os.read(ours, 4)
    time.sleep(moment.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while select.select([ours], [], [], 0)[0] and (more := os.read(ours, 1 << 16)):
        told += more
    os.close(ours)
    known = int.from_bytes(told[len(told) // 4 * 4 - 4 : len(told) // 4 * 4], "little")
    journal = path.with_name(path.name + "-journal")
    counts["hot journals"] += journal.exists() and journal.stat().st_size > 0
    counts["told"] += len(told) // 4 - 1
    look(path, start, known, counts)


def look(path: Path, start: Plan, known: int, counts: Counter[str]) -> None:
    """Whether everything told is there, nothing is half there, and work can go on."""
    listed = planfile.info(path).n_steps  # as the list of plans to recover shows it
    document = planfile.open_document(path)
    counts["listed"] += listed == len(document.steps)
    counts["rounds"] += 1
    counts["kept"] += len(document.steps) >= known
    counts["at most one more"] += len(document.steps) <= known + 1
    counts["editable"] += not document.is_read_only
    counts["sound"] += planfile.check(path) == ()
    counts["whole"] += is_whole(start, document)
    document.close()


def is_whole(start: Plan, document: Document) -> bool:
    """Whether the tables are what the history says: all of each step, none of any other."""
    accounts = document.plan.accounts
    imports = np.unique(accounts.batch[accounts.batch > 1]).tolist()
    n_imported = sum(s.edit.fields["n"] for s in document.steps if is_import(s))  # type: ignore[misc]
    if len(accounts) != len(start.accounts) + n_imported:
        return False
    hidden = frozenset(("accounts", batch) for batch in imports)
    before = replace(start, accounts=accounts, hidden=hidden)
    return not differences(replayed(before, document), document.plan)


def is_import(step: Step) -> bool:
    """Whether the step brought rows in."""
    return step.kind == "do" and step.edit.msgid.startswith("Added")


def main(path: Path, rounds: int, seed: int) -> None:
    """Rounds on files that grow; a fresh one now and then, as replaying a history takes time.

    If chance never met a step half written, it gets up to three times as many rounds more.
    """
    start = grid_plan(24, 24)
    counts: Counter[str] = Counter()
    for k in range(4 * rounds):
        if k >= rounds and counts["hot journals"]:
            break
        file = path.with_name(f"{path.stem}-{k // 20}.gpkg")
        if k % 20 == 0:
            planfile.create(file, start).close()
        kill_once(file, start, seed + k, counts)
    print(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
