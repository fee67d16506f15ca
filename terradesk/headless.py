"""The job of the window without one: the sample plan edited, drawn and handed over; a self-test.

`run` is what ``make run`` does where there is no display, `self_test` what ``--self-test`` of the
packaged program does.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from terradesk import exporters, i18n, measures, planfile, sample, workers
from terradesk.document import Document
from terradesk.edits import Edit, assign
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.measures.sums import unit_values
from terradesk.plan import AlignmentView

_FILES = (*("plan.xlsx", "plan.shp", "plan.csv", "map.html", "map.png", "map.pdf"),)
_STEPS = 6


def run(arguments: Sequence[str] = ()) -> int:
    """Edit a fresh copy of the sample plan by script and write everything there is to write.

    Parameters
    ----------
    arguments : sequence of str
        ``--out FOLDER``, else ``out``.

    Returns
    -------
    int
        0; errors are raised.
    """
    options = _parser().parse_args(list(arguments))
    options.out.mkdir(parents=True, exist_ok=True)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    print(_("No display: working on the sample plan without a window."))
    document = sample.open_sample()
    try:
        alignment = _draft(document)
        before = document.plan.alignment(alignment)
        edit_by_script(document, alignment)
        after = document.plan.alignment(alignment)
        print("\n".join(table(before, after)))
        hand_over(document, alignment, options.out)
    finally:
        path = document.path
        document.close()
        if path is not None and planfile.is_untitled(path):
            planfile.discard_untitled(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py --headless", description=__doc__)
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path("out"))
    return parser


def _draft(document: Document) -> int:
    """Alignment of the newest scenario: the editable copy in the sample plan."""
    return document.plan.alignment_of(document.plan.scenarios[-1].id)


# ---------------------------------------------------------------------- the script
def edit_by_script(document: Document, alignment: int) -> None:
    """What a planner would do in the first minutes: fill the gap, then even out neighbours.

    The last step is undone and done again.
    """
    _do(document, _tip(document, alignment))
    for _step in range(_STEPS):
        _do(document, next_move(document.plan.alignment(alignment)))
    for step in (document.undo(), document.redo()):
        if step is not None:
            print(f"  {step.text}")


def _do(document: Document, edit: Edit | None) -> None:
    if edit is not None:
        print(f"  {document.do(edit).text}")


def _tip(document: Document, alignment: int) -> Edit | None:
    """The drag that the first tip of the sample asks for."""
    plan = document.plan
    for tip in sample.tips(plan):
        territory = plan.row("territory", tip.territory, alignment)
        if tip.codes and territory is not None:
            rows = np.flatnonzero(np.isin(plan.units.codes.astype(str), tip.codes))
            return assign(plan, alignment, rows, territory.id, reason=_("sample tip")).edit
    return None


def next_move(view: AlignmentView) -> Edit | None:
    """The one unit to hand to a neighbour that evens out the two furthest apart; None if none.

    A move must leave both territories in as many pieces as before.
    """
    balance = measures.balance(view)
    sums = unit_values(view.plan, balance.measure)
    pairs = _neighbours(view)
    spread = balance.deviations[pairs[:, 0]] - balance.deviations[pairs[:, 1]]
    parts = measures.contiguity(view).parts
    for k in np.argsort(-spread, kind="stable")[:40]:
        giver, taker = pairs[k].tolist()
        rows = _along(view, giver, taker)
        gap = balance.values[giver] - balance.values[taker]
        fits = rows[(sums[rows] > 0) & (sums[rows] < gap)]
        for row in fits[np.argsort(np.abs(sums[fits] - gap / 2), kind="stable")][:5]:
            target = view.leaves[taker - 1].id
            found = assign(view.plan, view.id, row, target, reason=_("to balance")).edit
            if found is not None and _keeps_whole(view, found, parts):
                return found
    return None


def _neighbours(view: AlignmentView) -> np.ndarray:
    """(k, 2) slots of territories that share a border, each pair both ways."""
    assert view.plan.arcs is not None
    padded = np.append(view.unit_slots, 0)
    left, right = padded[view.plan.arcs.left], padded[view.plan.arcs.right]
    met = (left != right) & (left > 0) & (right > 0)
    pairs = np.column_stack((left[met], right[met]))
    return np.unique(np.concatenate((pairs, pairs[:, ::-1])), axis=0)


def _along(view: AlignmentView, giver: int, taker: int) -> np.ndarray:
    """Unit rows of one territory at the border with another."""
    assert view.plan.arcs is not None
    arcs, slots = view.plan.arcs, np.append(view.unit_slots, 0)
    mine = (slots[arcs.left] == giver) & (slots[arcs.right] == taker)
    theirs = (slots[arcs.right] == giver) & (slots[arcs.left] == taker)
    return np.unique(np.concatenate((arcs.left[mine], arcs.right[theirs])))


def _keeps_whole(view: AlignmentView, edit: Edit, parts: np.ndarray) -> bool:
    from terradesk.edits import apply

    after = measures.contiguity(apply(view.plan, edit).alignment(view.id)).parts
    return bool((after <= parts).all())


# ---------------------------------------------------------------------- telling
def table(before: AlignmentView, after: AlignmentView) -> list[str]:
    """Lines of an aligned table: deviation and accounts of each territory, before and after."""
    old, new = measures.balance(before), measures.balance(after)
    accounts = measures.counts(before).accounts, measures.counts(after).accounts
    after_word = _("after")
    heads = tuple(
        _("{name} before").format(name=name) for name in (new.measure.name, _("accounts"))
    )
    rows: list[tuple[str, ...]] = [
        (_("Territory (* changed)"), heads[0], after_word, heads[1], after_word)
    ]
    for slot, leaf in enumerate(after.leaves, 1):
        was = before.slots.get(leaf.id, 0)
        changed = old.values[was] != new.values[slot] or accounts[0][was] != accounts[1][slot]
        pair = ((old, was), (new, slot))
        shown = [i18n.deviation(float(b.deviations[s]), b.tolerance) for b, s in pair]
        counts = [i18n.number(int(n)) for n in (accounts[0][was], accounts[1][slot])]
        rows.append((f"{leaf.name}{' *' if changed else ''}", *shown, *counts))
    text = _("In tolerance: {a} → {b} of {n}").format(
        a=old.n_in_tolerance, b=new.n_in_tolerance, n=new.n_territories
    )
    return ["", *_aligned(rows), "", text]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, the first column to the left, the others to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    out = []
    for row in rows:
        figures = (cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))
        out.append("  ".join([row[0].ljust(widths[0]), *figures]).rstrip())
    return out


def hand_over(document: Document, alignment: int, folder: Path) -> list[Path]:
    """Write the plan itself and every kind of file into a folder; the files written."""
    print()
    out = [planfile.save_copy(document, folder / "plan.gpkg")]
    for name in _FILES:
        start = time.perf_counter()
        written = exporters.export(document.plan, alignment, folder / name)
        out += written
        seconds = i18n.number(time.perf_counter() - start, 1)
        print(f"  {folder / name}  ({seconds} s)")
        for note in written.notes:
            print(f"    {note}")
    return out


# ---------------------------------------------------------------------- compiled once
def warm_up() -> int:
    """Compile all kernels into numba's cache and make the sample plan, so that no click waits.

    A minute or two after the program was installed, a second or two afterwards.

    Returns
    -------
    int
        0.
    """
    from terradesk import render
    from terradesk.arcs import picking
    from terradesk.builder import warming

    beside = threading.Thread(target=_warm_builder)
    beside.start()
    render.warm_up()
    picking.warm()
    measures.warm()
    beside.join()
    warming.warm()
    document = sample.open_sample()
    try:
        view = document.plan.alignment(_draft(document))
        measures.balance(view)
        measures.contiguity(view)
        measures.compactness(view)
    finally:
        path = document.path
        document.close()
        if path is not None:
            planfile.discard_untitled(path)
    return 0


def _warm_builder() -> None:
    """Compile the builder's kernels in a process beside: a compiler uses one core."""
    with contextlib.suppress(TerraDeskError):  # what is missing is compiled here afterwards
        workers.run("terradesk.builder.warming:warm", {})


# ---------------------------------------------------------------------- self-test
def self_test() -> int:
    """Open the sample, edit, undo, export, reopen, compare.

    Returns
    -------
    int
        0 if all is well, 1 otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="terradesk-") as name:
        try:
            problems = _problems(Path(name))
        except Exception as error:  # whatever it is, the answer is 1 and says what
            import traceback

            traceback.print_exc()
            problems = [f"{type(error).__name__}: {error}"]
    for problem in problems:
        print(f"self-test: {problem}", file=sys.stderr)
    print("self-test: " + ("failed" if problems else "passed"))
    return 1 if problems else 0


def _problems(folder: Path) -> list[str]:
    from terradesk.builder import warming

    warming.warm()
    document = sample.open_sample()
    alignment = _draft(document)
    start = document.plan.assignments[alignment]
    _do(document, _tip(document, alignment))
    edited = document.plan.assignments[alignment]
    out = []
    if np.array_equal(start, edited):
        out.append("the edit changed nothing")
    document.undo()
    if not np.array_equal(document.plan.assignments[alignment], start):
        out.append("undo did not restore the plan")
    document.redo()
    files = hand_over(document, alignment, folder)
    out += [f"{file.name} is empty" for file in files if not file.stat().st_size]
    path, n_steps = document.path, len(document.steps)
    document.close()
    out += _reopened(folder / "plan.gpkg", alignment, edited, n_steps)
    if path is not None and planfile.is_untitled(path):
        planfile.discard_untitled(path)
    return out


def _reopened(path: Path, alignment: int, labels: np.ndarray, n_steps: int) -> list[str]:
    """What differs in the plan file from what was in memory."""
    document = planfile.open_document(path, read_only=True)
    try:
        out = []
        if not np.array_equal(document.plan.assignments[alignment], labels):
            out.append("the reopened plan has another assignment")
        if len(document.steps) != n_steps:
            out.append("the reopened plan has another history")
        return out
    finally:
        document.close()
