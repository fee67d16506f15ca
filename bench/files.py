"""Plan files: create, open, commit one edit, reopen after it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import layers
from bench.timing import Figure, Time, figure, measure, once
from terradesk import edits, planfile
from terradesk.document import Document

PART = "files"
_GOALS = {1: "p95 10", 1000: "p95 50", 33_000: "p95 250"}


def run() -> Iterator[Figure]:
    """Figures for both maps, in the folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        for case in (layers.counties(), layers.zips()):
            yield from _of(case, Path(folder))


def _of(case: layers.Case, folder: Path) -> Iterator[Figure]:
    path = folder / f"{case.name}.gpkg"
    made: list[Document] = []
    took = once(lambda: made.append(planfile.create(path, case.plan)))
    made[0].close()
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    yield figure(PART, "create", case.name, took, note=size)
    yield figure(PART, "open", case.name, _opening(path), peer="geopandas.read_file",
                 theirs=_geopandas(path), note="all columns and shapes there, no shapes here",
                 )  # fmt: skip
    document = planfile.open_document(path)
    n = case.arcs.n_units
    for k in sorted({1, 1000, min(33_000, n)}):
        yield figure(PART, f"commit of {k:,} {'row' if k == 1 else 'rows'}", case.name,
                     _commits(document, case.alignment, k), _GOALS.get(k, ""))  # fmt: skip
    steps = len(document.steps)
    document.close()
    yield figure(PART, f"open with {steps} steps of history", case.name, _opening(path),
                 "2000" if case.name == "zips" else "")  # fmt: skip


def _opening(path: Path) -> Time:
    opened: list[Document] = []

    def before() -> None:
        while opened:
            opened.pop().close()

    found = measure(lambda: opened.append(planfile.open_document(path)), 5, before=before)
    before()
    return found


def _geopandas(path: Path) -> Time | None:
    import geopandas
    import pyogrio

    layers_found = pyogrio.list_layers(path)
    with_shapes = [name for name, kind in layers_found if kind and "Polygon" in str(kind)]
    if not with_shapes:
        return None
    return measure(lambda: geopandas.read_file(path, layer=with_shapes[0]), 3)


def _commits(document: Document, alignment: int, k: int) -> Time:
    """Give k units to one territory after the other."""
    view = document.plan.alignment(alignment)
    free = [t.id for t in view.leaves if t.id not in view.locked_territories]
    rows = np.flatnonzero(~view.locked_units)[:k].astype(np.int32)
    turn = iter(range(10**9))
    ready: list[object] = []

    def before() -> None:
        wanted = free[next(turn) % len(free)]
        made = edits.assign(document.plan, alignment, rows, wanted)
        if made.edit is None:
            made = edits.assign(document.plan, alignment, rows, free[next(turn) % len(free)])
        ready.append(made.edit)

    return measure(lambda: document.do(ready[-1]), 40, before=before)
