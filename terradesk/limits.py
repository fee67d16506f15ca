"""Limits of memory and computing time that a process sets itself."""

from __future__ import annotations

import contextlib
import ctypes
import sys


def keep_within(memory: int, seconds: float) -> None:
    """Let the system end this process, or refuse it memory, beyond some limits.

    Parameters
    ----------
    memory : int
        Bytes: of address space where the system knows `resource`, of memory in use on Windows,
        where the process gets a job of its own.
    seconds : float
        Of computing.
    """
    if sys.platform == "win32":
        with contextlib.suppress(OSError, AttributeError):
            _enter_job(memory, seconds)
        return
    import resource

    wanted = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(seconds) + 1))
    for kind, limit in (*wanted, (resource.RLIMIT_CORE, 0)):
        _soft, hard = resource.getrlimit(kind)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, hard))


_EXTENDED = 9  # JobObjectExtendedLimitInformation
_PROCESS_TIME, _PROCESS_MEMORY, _DIE_ON_EXCEPTION = 0x2, 0x100, 0x400


class _Basic(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_set", ctypes.c_size_t),
        ("most_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _Basic),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process", ctypes.c_size_t),
        ("peak_job", ctypes.c_size_t),
    )


def limits_of_job(memory: int, seconds: float) -> _Extended:
    """What Windows is told: a crash ends the process without a window that asks."""
    told = _Extended()
    told.basic.flags = _PROCESS_TIME | _PROCESS_MEMORY | _DIE_ON_EXCEPTION
    told.basic.per_process_time = int(seconds * 1e7) + 10_000_000  # steps of 100 ns
    told.process_memory = memory
    return told


def _enter_job(memory: int, seconds: float) -> None:
    system = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009
    system.CreateJobObjectW.restype = ctypes.c_void_p
    system.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(system.CreateJobObjectW(None, None))
    told = limits_of_job(memory, seconds)
    size = ctypes.sizeof(told)
    system.SetInformationJobObject(job, _EXTENDED, ctypes.byref(told), size)
    system.AssignProcessToJobObject(job, ctypes.c_void_p(system.GetCurrentProcess()))
