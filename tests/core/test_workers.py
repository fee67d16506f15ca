"""Workers: results come back whole, and whatever goes wrong in one stays there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import workers
from terradesk.errors import TerraDeskError
from terradesk.progress import Cancelled
from tests.conftest import ROOT
from tests.core import worker_jobs

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))


def test_a_result_comes_back_as_it_was_and_progress_is_heard() -> None:
    heard = []
    result = workers.run(
        worker_jobs.echo, {"a": [1, None, "ż"]}, lambda f, text: heard.append((f, text))
    )
    assert result["given"] == {"a": [1, None, "ż"]}
    assert result["numbers"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert result["texts"].tolist() == ["å", "", "é\n", "x" * 1000]
    assert result["repeated"].tolist() == ["red", "blue", ""] * 1000
    assert result["bytes"].tolist() == [b"a\0b", None, b""]
    assert len(result["none"]) == 0
    assert (0.5, "half") in heard


def test_an_error_of_the_user_comes_back_as_one() -> None:
    with pytest.raises(TerraDeskError, match=r"It is broken\.") as caught:
        workers.run(worker_jobs.refuse, {})
    assert caught.value.hint == "Mend it."


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
@pytest.mark.parametrize(
    ("job", "kind"), [("crash", "crash"), ("raise_error", "crash"), ("be_greedy", "memory")]
)
def test_a_worker_that_ends_badly_is_an_error(job: str, kind: str) -> None:
    with pytest.raises(workers.WorkerFailed) as caught:
        workers.run(f"tests.core.worker_jobs:{job}", {})
    assert caught.value.kind == kind
    assert caught.value.message


def test_a_worker_that_takes_too_long_is_ended() -> None:
    begun = time.monotonic()
    with pytest.raises(workers.WorkerFailed) as caught:
        workers.run(worker_jobs.linger, {}, time_limit=0.8)
    assert caught.value.kind == "time"
    assert time.monotonic() - begun < 10


def test_cancel_ends_the_worker(tmp_path: Path) -> None:
    told = tmp_path / "pid"

    def cancel_when_it_waits(fraction: float, message: str) -> None:
        if message == "waiting":
            raise Cancelled

    with pytest.raises(Cancelled):
        workers.run(worker_jobs.linger, {"told": str(told)}, cancel_when_it_waits)
    assert not is_alive(int(told.read_text()))


def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = (
        "from terradesk import workers; from tests.core import worker_jobs;"
        f"workers.run(worker_jobs.linger, {{'told': {str(told)!r}}})"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        wait_for(lambda: told.exists() and told.read_text() != "")
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: not is_alive(int(told.read_text())))


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@given(TEXTS)
def test_texts_survive_packing(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("pack")
    cells = np.empty(len(texts), object)
    cells[:] = texts
    packed = json.loads(json.dumps(workers.pack(cells, folder)))
    assert workers.unpack(packed, folder).tolist() == texts


def test_what_cannot_be_carried_is_refused(tmp_path: Path) -> None:
    for value in (object(), np.array(["a\0b"], object)):
        with pytest.raises((TypeError, ValueError)):
            workers.pack(value, tmp_path)


@pytest.mark.parametrize(
    "lie",
    [
        {"array": "../secret"},
        {"array": "missing"},
        {"texts": "a0", "n": 3, "coded": False},
        {"texts": "a0", "n": 1, "coded": True},
        {"bytes": "b0"},
        {"else": 1},
    ],
)
def test_a_damaged_result_is_no_result(tmp_path: Path, lie: dict[str, object]) -> None:
    (tmp_path / "a0.bin").write_bytes(b"one")
    np.save(tmp_path / "a0.npy", np.array([7]))
    (tmp_path / "b0.bin").write_bytes(b"one")
    np.save(tmp_path / "b0.npy", np.array([700, -1]))
    with pytest.raises(workers.WorkerFailed):
        workers.unpack(lie, tmp_path)


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(workers.WorkerFailed):
        workers.unpack({"array": "p"}, tmp_path)
