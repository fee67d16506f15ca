"""Work in a process of its own, with limits of memory and time, ended with its parent.

The child writes its result as .npy arrays and JSON into a folder. Nothing of it is unpickled: a
library that read a hostile file may have been taken over by it.

A frozen program has no ``python -m``: its start file hands ``--worker FOLDER`` to `main`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import logging
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from terradesk import i18n, limits
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.progress import Cancelled, Progress, silent

MEMORY_LIMIT = 6 << 30  # bytes of address space: libraries reserve more than they use
TIME_LIMIT = 900.0  # seconds

_POLL = 0.05  # seconds between looks at Cancel
_log = logging.getLogger(__name__)


class WorkerFailed(TerraDeskError):
    """The worker ended without a result.

    Parameters
    ----------
    message, hint : str
    kind : {"crash", "memory", "time"}
    """

    def __init__(self, message: str, hint: str, kind: str) -> None:
        super().__init__(message, hint)
        self.kind = kind


def run(
    function: Callable[..., Any] | str,
    arguments: Mapping[str, Any],
    progress: Progress = silent,
    *,
    environment: Mapping[str, str] | None = None,
    memory_limit: int = MEMORY_LIMIT,
    time_limit: float = TIME_LIMIT,
    opened: Callable[[Path], None] | None = None,
) -> Any:
    """Call a function in a new process and return what it returns.

    Parameters
    ----------
    function : callable or str
        At the top of a module, or its name "package.module:function". It is called with
        `arguments` and ``progress``.
    arguments : mapping
        What JSON holds.
    progress : callable
        Called at least every 0.05 s; `Cancelled` raised in it ends the child.
    environment : mapping, optional
        Variables that the child has besides those of this process.
    memory_limit : int
        Bytes.
    time_limit : float
        Seconds of computing and of waiting.
    opened : callable, optional
        Called with the folder of the work before the process starts. Files may be exchanged
        through it while the work goes on; the function finds it by `folder`.

    Returns
    -------
    What the function returned: dicts with str keys, lists, numbers, texts, None, and numpy arrays
    of numbers or (dtype object) of str without NUL or of bytes and None. Tuples become lists.

    Raises
    ------
    TerraDeskError
        As the function raised it.
    WorkerFailed
        The child crashed, or needed too much memory or time.
    Cancelled
    """
    name = function if isinstance(function, str) else f"{function.__module__}:{function.__name__}"
    job = {
        "function": name,
        "arguments": dict(arguments),
        "memory_limit": memory_limit,
        "time_limit": time_limit,
        "language": i18n.language(),
    }
    with tempfile.TemporaryDirectory(prefix="terradesk-", ignore_cleanup_errors=True) as folder:
        Path(folder, "job.json").write_text(json.dumps(job), "utf-8")
        if opened is not None:
            opened(Path(folder))
        code = _supervise(Path(folder), {**os.environ, **(environment or {})}, progress, time_limit)
        return _outcome(Path(folder), code)


def _supervise(
    folder: Path, environment: Mapping[str, str], progress: Progress, time_limit: float
) -> int:
    """Run the child to its end and return its exit code."""
    child_paths = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
    start = [sys.executable, "--worker"]
    if not getattr(sys, "frozen", False):
        start = [sys.executable, "-P", "-m", __name__]
    with (folder / "stderr").open("wb") as log:
        child = subprocess.Popen(
            [*start, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**environment, "PYTHONPATH": child_paths},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    try:
        return _follow(child, progress, time.monotonic() + time_limit)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _follow(child: subprocess.Popen[bytes], progress: Progress, deadline: float) -> int:
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    assert child.stdout is not None
    threading.Thread(target=_collect, args=(child.stdout, lines), daemon=True).start()
    said: tuple[float, str] = (0.0, "")
    while True:
        with contextlib.suppress(queue.Empty, ValueError, TypeError, KeyError):
            line = lines.get(timeout=_POLL)
            if not line:
                return _wait(child, progress, said, deadline)
            told = json.loads(line)
            said = float(told[0]), str(told[1])
        progress(*said)
        if time.monotonic() > deadline:
            raise _too_long()


def _wait(
    child: subprocess.Popen[bytes], progress: Progress, said: tuple[float, str], deadline: float
) -> int:
    """Exit code of a child that has closed its output."""
    while time.monotonic() <= deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(_POLL)
        progress(*said)
    raise _too_long()


def _collect(stream: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put(b"")


def _too_long() -> WorkerFailed:
    return WorkerFailed(
        _("The work was stopped because it took too long."),
        _("Try it with a smaller file. Nothing was changed."),
        "time",
    )


def _outcome(folder: Path, code: int) -> Any:
    """The result, or the error of a child that has ended."""
    path = folder / "outcome.json"
    told: Any = None
    if path.exists():
        with contextlib.suppress(ValueError):
            told = json.loads(path.read_text("utf-8"))
    if isinstance(told, dict) and "result" in told:
        return unpack(told["result"], folder)
    if isinstance(told, dict) and "error" in told:
        raise TerraDeskError(*(str(text) for text in told["error"]))
    log = (folder / "stderr").read_text("utf-8", errors="replace")[-4000:]
    _log.warning("worker ended with code %s\n%s", code, log)
    if isinstance(told, dict) and told.get("failure") == "memory":
        raise WorkerFailed(
            _("The work needs more memory than it may use."),
            _("Try it with a smaller file. Nothing was changed."),
            "memory",
        )
    if code == _CPU_EXCEEDED:
        raise _too_long()
    raise WorkerFailed(
        _("The work ended unexpectedly."),
        _("Nothing was changed. The file may be damaged."),
        "crash",
    )


_CPU_EXCEEDED = -24  # SIGXCPU


# ---------------------------------------------------------------------- results as files
def pack(value: Any, folder: Path) -> Any:
    """A result as what JSON holds; its arrays go to files in `folder`.

    Raises
    ------
    TypeError, ValueError
        Something that `run` does not carry.
    """
    if isinstance(value, np.ndarray):
        return _pack_array(value, folder)
    if isinstance(value, Mapping):
        return {"dict": [[str(k), pack(v, folder)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {"list": [pack(v, folder) for v in value]}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a worker cannot return {type(value).__name__}")


def _pack_array(values: np.ndarray, folder: Path) -> dict[str, Any]:
    name = f"a{sum(1 for _p in folder.iterdir())}"
    if values.dtype != object:
        np.save(folder / f"{name}.npy", values, allow_pickle=False)
        return {"array": name}
    cells = values.ravel().tolist()
    if any(cell is None or isinstance(cell, bytes) for cell in cells):
        sizes = [-1 if cell is None else len(cell) for cell in cells]
        np.save(folder / f"{name}.npy", np.array(sizes, np.int64), allow_pickle=False)
        (folder / f"{name}.bin").write_bytes(b"".join(cell for cell in cells if cell is not None))
        return {"bytes": name}
    return _pack_texts(cells, folder, name)


def _pack_texts(cells: list[str], folder: Path, name: str) -> dict[str, Any]:
    """Texts, NUL between them; few different ones once each, with a code per cell."""
    codes: list[int] | None = None
    sample = cells[:2000]
    if 3 * len(set(sample)) < len(sample):
        seen: dict[str, int] = {}
        codes = [seen.setdefault(cell, len(seen)) for cell in cells]
        np.save(folder / f"{name}.npy", np.array(codes, np.int32), allow_pickle=False)
        cells = list(seen)
    joined = "\0".join(cells)
    if joined.count("\0") != max(len(cells) - 1, 0):
        raise ValueError("a text holds NUL")
    (folder / f"{name}.bin").write_bytes(joined.encode("utf-8", "surrogatepass"))
    return {"texts": name, "n": len(cells), "coded": codes is not None}


def unpack(value: Any, folder: Path) -> Any:
    """What `pack` packed; raises WorkerFailed where the files do not agree."""
    try:
        return _unpack(value, folder)
    except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
        _log.warning("the result of a worker is damaged: %s", error)
        raise WorkerFailed(_("The work ended unexpectedly."), "", "crash") from error


def _unpack(value: Any, folder: Path) -> Any:
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        return {key: _unpack(inner, folder) for key, inner in value["dict"]}
    if "list" in value:
        return [_unpack(inner, folder) for inner in value["list"]]
    name = next((str(value[k]) for k in ("array", "bytes", "texts") if k in value), "")
    if not name.isalnum():
        raise ValueError(name)
    if "array" in value:
        return np.load(folder / f"{name}.npy", allow_pickle=False)
    if "bytes" in value:
        sizes = np.load(folder / f"{name}.npy", allow_pickle=False)
        return _objects(_cut((folder / f"{name}.bin").read_bytes(), sizes))
    text = (folder / f"{name}.bin").read_bytes().decode("utf-8", "replace")
    cells = text.split("\0") if value["n"] else []
    if len(cells) != value["n"]:
        raise ValueError("texts are missing")
    texts = _objects(cells)
    return texts[np.load(folder / f"{name}.npy", allow_pickle=False)] if value["coded"] else texts


def _cut(data: bytes, sizes: np.ndarray) -> list[bytes | None]:
    stops = np.cumsum(np.maximum(sizes, 0))
    if len(stops) and int(stops[-1]) != len(data):
        raise ValueError("bytes are missing")
    starts = stops - np.maximum(sizes, 0)
    places = zip(starts.tolist(), stops.tolist(), sizes.tolist(), strict=True)
    return [None if size < 0 else data[a:b] for a, b, size in places]


def _objects(cells: list[Any]) -> np.ndarray:
    out = np.empty(len(cells), object)
    out[:] = cells
    return out


# ---------------------------------------------------------------------- in the child
def folder() -> Path:
    """In a worker: the folder of its work, removed with it."""
    return Path(tempfile.gettempdir())


def main(arguments: list[str]) -> int:
    """Do the job of a folder: what a worker process runs."""
    folder = Path(arguments[0])
    job = json.loads((folder / "job.json").read_text("utf-8"))
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print must not mix with progress
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    tempfile.tempdir = str(folder)  # the parent removes it, however this process ends
    gc.disable()  # looking for cycles in a million rows costs more than keeping them
    limits.keep_within(int(job["memory_limit"]), float(job["time_limit"]))
    i18n.use_language(job["language"])
    outcome = _do(job, folder, channel)
    written = folder / "outcome.part"
    written.write_text(json.dumps(outcome), "utf-8")
    written.replace(folder / "outcome.json")
    return 0


def _do(job: dict[str, Any], folder: Path, channel: IO[bytes]) -> dict[str, Any]:
    def report(fraction: float, message: str = "") -> None:
        with contextlib.suppress(OSError):
            channel.write(json.dumps([fraction, message]).encode() + b"\n")

    try:
        module, _colon, name = job["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        result = function(**job["arguments"], progress=report)
        return {"result": pack(result, folder)}
    except TerraDeskError as error:
        return {"error": [error.message, error.hint]}
    except MemoryError:
        return {"failure": "memory"}
    except (Exception, Cancelled):
        traceback.print_exc()
        return {"failure": "crash"}


def _end_with_parent(folder: Path) -> None:
    """The parent holds the other end of our input: its end is ours."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    shutil.rmtree(folder, ignore_errors=True)  # nobody else is left to do it
    os._exit(3)


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # tidying up takes a tenth of a second that Cancel would wait for
