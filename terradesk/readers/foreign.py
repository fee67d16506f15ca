"""Where a file is read: our own resources here, everything else in a worker behind the fence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from terradesk import gdal, paths, sniffing, workers
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress

MEMORY_LIMIT = workers.MEMORY_LIMIT
TIME_LIMIT = workers.TIME_LIMIT

_TEXTS = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

_also_skip: list[str] = []  # drivers of a GDAL newer than this list


def is_own(path: Path) -> bool:
    """Whether the file came with the program."""
    return path.is_relative_to(paths.resources().resolve())


def call(
    function: Callable[..., Any],
    path: str | Path,
    progress: Progress,
    is_trusted: bool = False,
    **arguments: Any,
) -> Any:
    """Call a reading function with a checked path, where it is safe to.

    Parameters
    ----------
    function : callable
        At the top of a module; called with ``path`` (str), the arguments and ``progress``.
    path : str or Path
    progress : Progress
    is_trusted : bool
        Made by TerraDesk itself: no worker is needed.

    Raises
    ------
    TerraDeskError
        The path is no file, or the file cannot be read.
    """
    checked = sniffing.check_path(path)
    sniffing.check_content(checked)
    if is_trusted or is_own(checked):
        return function(path=str(checked), progress=progress, **arguments)
    job = {"function": f"{function.__module__}:{function.__name__}", "path": str(checked)}
    found = _in_worker({**job, "arguments": arguments}, checked, progress)
    if "unfenced" in found:
        _also_skip.extend(found["unfenced"])
        found = _in_worker({**job, "arguments": arguments}, checked, progress)
    if "unfenced" in found:
        raise RuntimeError(f"GDAL keeps drivers that it was told to skip: {found['unfenced']}")
    return found["found"]


def _in_worker(job: Mapping[str, Any], path: Path, progress: Progress) -> Any:
    environment = gdal.fence_environment(_also_skip)
    try:
        return workers.run(
            behind_fence,
            job,
            progress,
            environment=environment,
            memory_limit=MEMORY_LIMIT,
            time_limit=TIME_LIMIT,
        )
    except workers.WorkerFailed as error:
        raise TerraDeskError(
            _("“{name}” cannot be read.").format(name=isolate(path.name)),
            _way_out(error.kind, path),
        ) from error


def _way_out(kind: str, path: Path) -> str:
    """What to do about a file on which the reader crashed, or ran out of memory or time."""
    is_book = path.suffix.lower() in _BOOKS
    is_text = path.name.lower().endswith((*_TEXTS, *(f"{suffix}.gz" for suffix in _TEXTS)))
    if kind == "memory":
        if is_book:
            return _(
                "It needs more memory than it may use. The workbook is probably damaged: open it "
                "in Excel, save it as .xlsx, and choose that. A very large one: save it as CSV."
            )
        if is_text:
            return _("It needs more memory than it may use. Split the table into several files.")
        return _("It needs more memory than it may use. Split the file, or simplify its shapes.")
    if kind == "time":
        if is_book:
            return _(
                "It took too long and was stopped. The workbook is probably damaged: open it in "
                "Excel, save it as .xlsx, and choose that."
            )
        if is_text:
            return _("It took too long and was stopped. Split the table into several files.")
        return _("It took too long and was stopped. Split the file, or simplify its shapes.")
    return _(
        "The reader broke down on it; nothing else was harmed. The file is probably damaged: open "
        "it in the program that made it, save it as .gpkg or .xlsx, and choose that."
    )


def behind_fence(
    function: str, path: str, arguments: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Read in a worker, or say which drivers stand outside the fence."""
    import importlib

    module, _colon, name = function.partition(":")
    reader = importlib.import_module(module)
    if getattr(reader, "NEEDS_GDAL", False) and (outside := gdal.unfenced()):
        return {"unfenced": outside}
    return {"found": getattr(reader, name)(path=path, progress=progress, **arguments)}
