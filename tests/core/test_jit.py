"""Kernels kept on disk by several processes at once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SOURCE = """
from terradesk.arcs.jit import kernel

@kernel
def total(values):
    out = values[0]
    for value in values[1:]:
        out += value
    return out
"""


def process(path: Path) -> ModuleType:
    """The module as a process of its own would import it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def started(tmp_path, monkeypatch) -> Callable[[], ModuleType]:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    path = tmp_path / "adding.py"
    path.write_text(SOURCE)
    return lambda: process(path)


def listed(module: ModuleType) -> Path:
    return next(Path(module.total.stats.cache_path).glob("adding*.nbi"))


def hits(module: ModuleType) -> int:
    return sum(module.total.stats.cache_hits.values())


def test_processes_that_compile_at_once_do_not_take_each_others_code(started):
    """Both found nothing listed; the entry of the first is what stays."""
    first = started()
    assert first.total(np.arange(5)) == 10
    entries = listed(first).read_bytes()
    listed(first).unlink()
    assert started().total(np.arange(5.0)) == 10.0
    listed(first).write_bytes(entries)
    later = started()
    assert later.total(np.arange(5)) == 10
    assert hits(later) == 1


def test_what_one_process_compiled_the_next_one_loads(started):
    kinds = [np.arange(5, dtype=kind) for kind in (np.int64, np.float64, np.uint8)]
    for values in kinds:
        assert started().total(values) == 10
    later = started()
    assert [later.total(values) for values in kinds] == [10] * len(kinds)
    assert hits(later) == len(kinds)


def test_code_of_an_older_source_is_not_used(started):
    module = started()
    assert module.total(np.arange(5)) == 10
    path = Path(module.__file__)
    path.write_text(path.read_text().replace("out += value", "out += value + value"))
    assert started().total(np.arange(5)) == 20
