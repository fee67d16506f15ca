"""``python -m bench [name ...]``: each part in its own process, one Markdown table in the end."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.timing import Figure

PARTS = {
    "geometry": "arcs from polygons, neighbours, dissolve",
    "kernel": "frames, pan, recolour without Qt",
    "desk": "the same in the real map view",
    "picking": "hit test, brush, lasso",
    "editing": "one edit end to end, live preview, in the real window",
    "starting": "start to window",
    "crowd": "plans of many areas and accounts from file to map, memory",
    "files": "plan files: create, open, commit",
    "imports": "tables of a million rows into plans, points into areas, figures by code; memory",
}
ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Measure what was asked for, or everything."""
    if arguments[:1] == ["builder"]:
        from bench import builder

        return builder.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    about = "; ".join(f"{name}: {text}" for name, text in PARTS.items())
    about += "; canvas: all of the map beside QGIS in one table"
    about += "; builder: territories beside METIS, GerryChain and spopt (builder --help)"
    parser.add_argument("names", nargs="*", metavar="name", help=about)
    parser.add_argument("--here", action="store_true", help="in this process, as JSON lines")
    options = parser.parse_args(arguments)
    if options.names == ["canvas"]:
        return _canvas()
    unknown = [name for name in options.names if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    names = options.names or list(PARTS)
    if options.here:
        for name in names:
            for figure in importlib.import_module(f"bench.{name}").run():
                print(json.dumps(figure.as_dict()), flush=True)
        return 0
    return _each_apart(names)


def _canvas() -> int:
    from bench import canvas

    os.environ["BENCH_ALONE"] = "1"
    figures, failed = _measured(list(canvas.PARTS))
    del os.environ["BENCH_ALONE"]
    print("qgis: the same areas and views", file=sys.stderr, flush=True)
    print(machine())
    print()
    print(canvas.table(figures, canvas.qgis_times()))
    print(table(canvas.others(figures)))
    return _tell(failed)


def _each_apart(names: list[str]) -> int:
    figures, failed = _measured(names)
    print(machine())
    print(table(figures))
    return _tell(failed)


def _measured(names: list[str]) -> tuple[list[Figure], list[str]]:
    """Figures of each part, measured in a process of its own, and the parts that failed."""
    figures: list[Figure] = []
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            print(f"{name}: {PARTS[name]}", file=sys.stderr, flush=True)
            found, code = _run(name, Path(folder))
            figures += found
            failed += [name] if code else []
    return figures, failed


def _tell(failed: list[str]) -> int:
    for name in failed:
        print(f"{name} ended with an error", file=sys.stderr)
    return 1 if failed else 0


def environment(folder: Path) -> dict[str, str]:
    """Settings and data of the benchmark's own, no screen."""
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_ENABLE_HIGHDPI_SCALING": "0",
        "TERRADESK_DATA_DIR": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }


def _run(name: str, folder: Path) -> tuple[list[Figure], int]:
    command = [sys.executable, "-m", "bench", "--here", name]
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
    )
    found = []
    assert child.stdout is not None
    for line in child.stdout:
        found.append(Figure(**json.loads(line)))
        one = found[-1]
        print(f"  {one.what}, {one.case}: {ms(one.cpu)}", file=sys.stderr, flush=True)
    return found, child.wait()


# ---------------------------------------------------------------------- the table
def machine() -> str:
    """What it ran on, in one line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        model = next((t.split(":")[1].strip() for t in lines if "model name" in t), model)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} cores {model}, {platform.system()}, "
        f"Python {platform.python_version()}{load}"
    )


def table(figures: Iterable[Figure]) -> str:
    """Markdown, one heading per part."""
    out: list[str] = []
    part = ""
    for one in figures:
        if one.part != part:
            part = one.part
            out += ["", f"### {part.capitalize()}", ""]
            out += ["| | case | CPU ms | wall ms (p95) | goal | peer | peer CPU ms | peer / ours |"]
            out += ["|---|---|---:|---:|---|---|---:|---:|"]
        ratio = f"{significant(one.peer_cpu / one.cpu)}" if one.peer_cpu and one.cpu else ""
        peer = ms(one.peer_cpu) if one.peer_cpu else ""
        what = f"{one.what} ({one.note})" if one.note else one.what
        wall = f"{ms(one.wall)} ({ms(one.p95)})" if one.p95 else ms(one.wall)
        cells = (what, one.case, ms(one.cpu), wall, one.goal, one.peer, peer, ratio)
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)


def ms(value: float) -> str:
    """Milliseconds with three figures that count."""
    return significant(value)


def significant(value: float) -> str:
    """Number with two or three figures that count."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    digits = 1 if value >= 10 else 2 if value >= 0.1 else 5
    return f"{value:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
