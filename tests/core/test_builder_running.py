"""Building in processes: the same result as here, cancelled at once, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk.builder import Options, Snapshot, build, make_problem, packing, running
from terradesk.builder.sharing import SharedState
from terradesk.errors import TerraDeskError
from terradesk.progress import Cancelled


def grid(side, k, **more):
    """A square of squares, one km each, with a ramp of weights."""
    rows = np.arange(side * side).reshape(side, side)
    right = np.stack((rows[:, :-1], rows[:, 1:]), -1).reshape(-1, 2)
    down = np.stack((rows[:-1], rows[1:]), -1).reshape(-1, 2)
    y, x = np.divmod(rows.ravel(), side)
    weights = 1.0 + (x + 2 * y) % 5
    return make_problem(
        np.stack((x, y), 1), np.concatenate((right, down)), weights, k, perimeters=4.0, **more
    )


@pytest.fixture
def no_spare():
    yield
    running.let_go()


def children():
    """Processes that this one has started and that still live."""
    listed = Path(f"/proc/{os.getpid()}/task")
    if not listed.exists():
        pytest.skip("children are listed by Linux only")
    found = set()
    for task in listed.iterdir():
        found |= set((task / "children").read_text().split())
    return found


def test_a_process_finds_what_is_found_here():
    problem, options = grid(12, 4), Options(seed=5, effort=0.05)
    here = build(problem, options)
    there = running.run(problem, options)
    assert np.array_equal(there.assignment, here.assignment)
    assert there.stopped == here.stopped == "complete"
    assert there.seed == 5 and not there.violations
    np.testing.assert_array_equal(there.figures.values, here.figures.values)


def test_starts_in_several_processes_give_the_best_of_all():
    problem = grid(12, 4)
    singles = [build(problem, Options(seed=s, effort=0.05)) for s in (1, 2, 3)]
    best = min(singles, key=lambda r: running.rank(r, Options()))
    together = running.run(problem, Options(seed=1, starts=3, effort=0.05))
    assert together.seed == best.seed
    assert np.array_equal(together.assignment, best.assignment)


def test_cancel_keeps_the_best_so_far_and_leaves_no_process():
    problem = grid(40, 10)
    before = children()
    run = running.Run(problem, Options(effort=1000, starts=2)).start()
    deadline = time.monotonic() + 60
    while run.snapshot() is None and time.monotonic() < deadline:
        assert run.is_running
    run.cancel()
    result = run.result()
    run.close()
    assert result.stopped == "cancelled" and result.is_valid
    assert (result.assignment >= 0).all()
    assert children() <= before


def test_a_process_that_does_not_heed_is_ended_and_its_last_snapshot_kept(monkeypatch):
    problem = grid(30, 6)
    run = running.Run(problem, Options(effort=1000)).start()
    while run.snapshot() is None:
        assert run.is_running
    monkeypatch.setattr(SharedState, "wish", lambda *_a, **_k: None)  # as if it hung
    run.cancel()
    result = run.result()
    run.close()
    assert result is None or (result.stopped == "cancelled" and (result.assignment >= 0).all())
    assert not run.is_running


def test_cancelled_before_it_began():
    run = running.Run(grid(8, 2), Options(effort=1000)).start()
    run.close()
    assert run.result() is None and not run.is_running

    def at_once(_fraction, _message=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        running.run(grid(40, 8), Options(effort=1000), progress=at_once)


def test_a_process_that_died_says_so_in_words_that_fit(monkeypatch):
    monkeypatch.setattr(running, "work", running.packing.read_problem)  # it wants a path: fails
    with pytest.raises(TerraDeskError, match="ended unexpectedly") as caught:
        running.run(grid(4, 2), Options(effort=0.01))
    assert "Your plan is as it was" in caught.value.hint


def test_a_pause_holds_the_work():
    run = running.Run(grid(30, 6), Options(effort=1000)).start()
    while run.snapshot() is None:
        assert run.is_running
    run.pause()
    assert run.is_paused
    quiet = time.monotonic() + 0.6
    seen = run.snapshot()
    while time.monotonic() < quiet:
        seen = run.snapshot() or seen
    assert run.snapshot() is None and run.is_running
    run.resume()
    while run.snapshot() is None:
        assert run.is_running
    run.close()


def test_what_makes_no_sense_is_refused_before_a_process_starts():
    with pytest.raises(TerraDeskError):
        running.Run(grid(4, 2), Options(effort=-1))


def test_a_waiting_process_takes_the_next_run(no_spare):
    running.get_ready()
    running.get_ready()
    deadline = time.monotonic() + 30
    while not children() and time.monotonic() < deadline:
        pass
    assert len(children()) == 1
    assert running.run(grid(8, 2), Options(effort=0.05)).is_valid
    assert not children()


def test_processes_end_with_the_program(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.core.test_builder_running import grid\n"
        "from terradesk.builder import Options, running\n"
        "run = running.Run(grid(40, 10), Options(effort=1000)).start()\n"
        "while run.snapshot() is None: assert run.is_running\n"
        "print(run._children[0]._folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    folder = Path(child.stdout.readline().decode().strip())
    assert folder.is_dir()
    child.kill()
    child.wait()
    child.stdout.close()
    child.stdin.close()
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        pass
    assert not folder.exists(), "the orphan removes its folder as it ends"


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
