"""Who is editing a plan: a lock file beside it.

The operating system's lock on the open file says whether its owner lives on this machine; the
text in it (host, user, process) says who it is, also to other machines that share the folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

_FAR = 1 << 30  # Windows locks bytes against reading, so not those with the text


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a plan open for editing."""

    host: str
    user: str
    pid: int
    since: str = ""

    @property
    def label(self) -> str:
        """Name for messages."""
        return f"{self.user} ({self.host})" if self.user else self.host


def lock_path(plan: Path) -> Path:
    """The lock file of a plan; links to one plan share it."""
    real = plan.resolve()
    return real.with_name(real.name + ".lock")


class PlanLock:
    """The lock of one plan.

    Parameters
    ----------
    plan : Path
    """

    def __init__(self, plan: Path) -> None:
        self.path = lock_path(plan)
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._fd is not None

    def take(self) -> Holder | None:
        """Take the lock; the other holder if there is one.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        while not self.is_held:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                other = _other(fd)
                if other is None and _is_same_file(fd, self.path):
                    _write(fd, _me())
                    self._fd, fd = fd, -1
                elif other is not None:
                    return other
            finally:
                if fd >= 0:
                    os.close(fd)
        return None

    def release(self) -> None:
        """Give the lock back and remove the file."""
        if self._fd is None:
            return
        if sys.platform == "win32":
            os.close(self._fd)
        with contextlib.suppress(OSError):
            self.path.unlink()
        if sys.platform != "win32":
            os.close(self._fd)
        self._fd = None


def holder(plan: Path) -> Holder | None:
    """Who else is editing a plan now, None if nobody; nothing is written."""
    try:
        fd = os.open(lock_path(plan), os.O_RDWR)
    except FileNotFoundError:
        return None
    except OSError:
        return None if os.access(plan, os.R_OK) else Holder("?", "", 0)
    try:
        return _other(fd)
    finally:
        os.close(fd)


def _other(fd: int) -> Holder | None:
    """The live holder of an open lock file; None if it is ours now."""
    is_free = _try_lock(fd)
    text = _read(fd)
    if is_free is False:
        return text or Holder(platform.node(), "", 0)
    if text is None:
        return None
    if text.host != platform.node():
        return text
    return text if is_free is None and _is_alive(text.pid) else None


def _try_lock(fd: int) -> bool | None:
    """Whether the system's lock was free; None where the drive has no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(fd, _FAR, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


def _is_same_file(fd: int, path: Path) -> bool:
    """Whether the path still leads to the file that was locked."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if sys.platform == "win32":
        return False  # its locks work on every drive
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _read(fd: int) -> Holder | None:
    os.lseek(fd, 0, os.SEEK_SET)
    try:
        found = json.loads(os.read(fd, 4096))
        return Holder(
            str(found["host"]), str(found["user"]), int(found["pid"]), str(found["since"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(fd: int, me: Holder) -> None:
    os.ftruncate(fd, 0)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, json.dumps(asdict(me)).encode())


def _me() -> Holder:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = ""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Holder(platform.node(), user, os.getpid(), now)
