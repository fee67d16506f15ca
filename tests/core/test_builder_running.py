"""Building in processes: the same result as here, cancelled at once, nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import workers
from terradesk.builder import Options, Snapshot, build, packing, processes, running
from terradesk.builder.sharing import SharedState
from terradesk.errors import TerraDeskError
from terradesk.progress import Cancelled
from tests.core import builder_cases as cases

ENDLESS = Options(effort=1000)


def grid(side, k, **more):
    """A square of squares with a ramp of weights."""
    y, x = np.divmod(np.arange(side * side), side)
    return cases.grid(side, side).problem(1.0 + (x + 2 * y) % 5, k, **more)


def wait_until(holds, seconds=60.0):
    """Whether it came to hold in time; looks a hundred times a second."""
    deadline, tick = time.monotonic() + seconds, threading.Event()
    while not (found := holds()) and time.monotonic() < deadline:
        tick.wait(0.01)
    return found


def started(problem, options=ENDLESS):
    """A run that has shown something."""
    run = running.Run(problem, options).start()
    assert wait_until(lambda: run.snapshot() is not None)
    return run


@pytest.fixture
def alive(monkeypatch):
    """Processes that this test has started and that still live."""
    begun = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            begun.append(self)

    monkeypatch.setattr(workers.subprocess, "Popen", Noted)
    yield lambda: [process for process in begun if process.poll() is None]
    running.let_go()
    assert wait_until(lambda: all(process.poll() is not None for process in begun))


def test_starts_in_several_processes_give_the_best_of_all_that_are_found_here(monkeypatch):
    problem, options = grid(12, 4), Options(seed=1, starts=3, effort=0.05)
    here = build(problem, options)
    monkeypatch.setattr(running.os, "cpu_count", lambda: 2)
    there = running.run(problem, options)
    assert np.array_equal(there.assignment, here.assignment)
    assert there.stopped == here.stopped == "complete"
    assert there.seed == here.seed and not there.violations
    assert there.iterations == here.iterations
    np.testing.assert_array_equal(there.figures.values, here.figures.values)


def test_cancel_keeps_the_best_so_far_and_leaves_no_process(alive, monkeypatch):
    monkeypatch.setattr(running.os, "cpu_count", lambda: 2)
    run = started(grid(40, 10), Options(effort=1000, starts=2))
    assert len(alive()) == 2
    run.cancel()
    result = run.result()
    run.close()
    assert result.stopped == "cancelled" and result.is_valid
    assert (result.assignment >= 0).all()
    assert not alive()
    run.close()  # again does no harm
    assert run.snapshot() is None and not run.is_running


def test_what_one_of_several_starts_did_not_end_is_not_complete():
    problem = grid(8, 2)
    done = build(problem, Options(effort=0.01, seed=1))
    cut = running._from_snapshot(
        problem, Options(seed=2), Snapshot(done.assignment, 0.5, 7, 0, 0.0, 0.5, 0.1)
    )
    both = running._together([cut, done], Options(), 2)
    assert both.stopped == "cancelled" and both.iterations == done.iterations + 7
    assert running._together([done], Options(), 2).stopped == "cancelled"
    assert running._together([done], Options(), 1).stopped == "complete"
    assert running._together([], Options(), 2) is None


def test_a_pause_holds_the_work_and_one_that_does_not_heed_is_ended(alive, monkeypatch):
    run = started(grid(30, 6))
    run.pause()
    assert run.is_paused
    quiet = 0.5  # at work it would show more than two of them in that time
    assert wait_until(lambda: not wait_until(lambda: run.snapshot() is not None, quiet))
    assert run.is_running
    run.resume()
    assert wait_until(lambda: run.snapshot() is not None)
    monkeypatch.setattr(SharedState, "wish", lambda *_a, **_k: None)  # as if it hung
    run.cancel()
    result = run.result()
    run.close()
    assert result.stopped == "cancelled" and (result.assignment >= 0).all()
    assert not run.is_running and not alive()


def test_cancelled_before_it_began(alive):
    run = running.Run(grid(8, 2), ENDLESS).start()
    run.close()
    assert run.result() is None and not run.is_running

    def at_once(_fraction, _message=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        running.run(grid(40, 8), ENDLESS, progress=at_once)
    assert not alive()


def test_a_process_that_died_says_so_in_words_that_fit(monkeypatch):
    monkeypatch.setattr(processes, "work", packing.read_problem)  # it wants a path: fails
    with pytest.raises(TerraDeskError, match="ended unexpectedly") as caught:
        running.run(grid(4, 2), Options(effort=0.01))
    assert "Your plan is as it was" in caught.value.hint


def test_what_makes_no_sense_is_refused_before_a_process_starts(alive):
    with pytest.raises(TerraDeskError):
        running.Run(grid(4, 2), Options(effort=-1))
    assert not alive()


def test_a_run_that_cannot_hand_over_its_work_leaves_nothing(alive, monkeypatch):
    def is_full(*_a):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packing, "write_problem", is_full)
    with pytest.raises(OSError, match="No space"):
        running.Run(grid(4, 2), Options()).start()
    assert not alive()


def test_a_waiting_process_takes_the_next_run_unless_it_is_gone(alive):
    running.get_ready()
    assert wait_until(lambda: len(alive()) == 1)
    gone = alive()
    gone[0].kill()
    assert wait_until(lambda: not any(child.is_alive for child in running._spare))
    running.get_ready()
    running.get_ready()
    assert wait_until(lambda: len(alive()) == 1)
    assert running.run(grid(8, 2), Options(effort=0.05)).is_valid
    assert not alive()


def test_processes_end_with_the_program():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.core.test_builder_running import grid, started\n"
        "run = started(grid(40, 10))\n"
        "print(run._children[0]._folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as child:
        folder = Path(child.stdout.readline().decode().strip())
        assert folder.is_dir()
        child.kill()
    assert wait_until(lambda: not folder.exists()), "the orphan removes its folder as it ends"


@given(
    labels=st.lists(st.integers(-1, 9), min_size=1, max_size=40),
    n_out=st.integers(0, 99),
    worst=st.floats(0, 10),
)
def test_a_snapshot_is_taken_as_it_was_put_and_once(tmp_path_factory, labels, n_out, worst):
    path = tmp_path_factory.mktemp("shared") / "state"
    mine = SharedState(path, len(labels), is_new=True)
    theirs = SharedState(path, len(labels))
    shot = Snapshot(np.array(labels, np.int32), 0.5, 77, n_out, worst, 0.25, 1.5)
    theirs.put(shot)
    taken = mine.take()
    assert np.array_equal(taken.assignment, labels)
    assert (taken.iterations, taken.n_out, taken.worst) == (77, n_out, worst)
    assert mine.take() is None
    mine.wish(pause=True)
    assert theirs.is_paused and not theirs.is_cancelled
    mine.wish(cancel=True)
    assert theirs.is_cancelled and not theirs.is_paused
    mine.close()
    theirs.close()


def test_a_snapshot_that_is_being_written_is_left_out(tmp_path):
    mine = SharedState(tmp_path / "state", 3, is_new=True)
    mine.put(Snapshot(np.array([0, 1, 2], np.int32), 0.5, 1, 0, 0.0, 0.3, 0.1))
    mine._map[128:132] = b"\x07\x00\x00\x00"
    assert mine.take() is None
    mine.close()


def test_a_problem_comes_back_from_its_file(tmp_path):
    problem = grid(5, 3, tolerances=0.2, maximum=np.inf)
    packing.write_problem(tmp_path / "p.npz", problem)
    back = packing.read_problem(tmp_path / "p.npz")
    for name in problem.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(back, name), getattr(problem, name))
    options = Options(time_limit=float("inf"), keep=0.5)
    assert packing.options_of(packing.plain_options(options)) == options
