"""``python -m bench builder [case ...]``: the territory builder beside other programs, one table.

Every question in a process of its own; medians over seeds, each map judged by networkx.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bench import builder_peers
from bench.builder_cases import CASES, Case, load
from bench.builder_figures import figures

ROOT = Path(__file__).resolve().parent.parent
Line = dict[str, Any]
_WARM = "from bench.builder_runs import warm; warm()"  # kernels land in numba's cache
_HEAD = (
    "question", "by", "CPU s (range)", "wall s", "MB", "out", "worst %", "PP", "rms km",
    "border km", "split, empty", "kept %", "note", "goal",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure the cases that were asked for, or all."""
    wish = _wishes(arguments)
    names = wish.cases or list(CASES)
    unknown = [name for name in names if name not in CASES and not _starting(name)]
    if unknown:
        print(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}", file=sys.stderr)
        return 2
    chosen = [case for name in names for case in ([name] if name in CASES else _starting(name))]
    print(f"{_machine()}\n\n| {' | '.join(_HEAD)} |")
    print("|---|---|" + "---:|" * 10 + "---|---|", flush=True)
    subprocess.run([sys.executable, "-c", _WARM], cwd=ROOT, check=False)
    failed = [name for name in chosen if not _measure(name, wish)]
    for name in failed:
        print(f"{name} failed", file=sys.stderr)
    return 1 if failed else 0


def _wishes(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench builder", description=__doc__)
    about = "; ".join(f"{name}: {case.title}" for name, case in CASES.items())
    parser.add_argument("cases", nargs="*", help=f"{about}; the start of a name means all such")
    parser.add_argument("--seeds", type=int, default=0, help="runs of each; by default 1 to 7")
    parser.add_argument("--instances", default="", help="folder with maps as .npz to use instead")
    parser.add_argument("--no-peers", action="store_true", help="the builder alone")
    return parser.parse_args(arguments)


def _starting(name: str) -> list[str]:
    return [case for case in CASES if case.startswith(name)]


def _machine() -> str:
    from bench.__main__ import machine

    return machine()


def _measure(name: str, wish: argparse.Namespace) -> bool:
    """Print the rows of a case; False when the builder gave none or something was not said."""
    case = CASES[name]
    made = f"from bench.builder_cases import load; load({case.instance!r}, {wish.instances!r})"
    subprocess.run([sys.executable, "-c", made], cwd=ROOT, check=False)
    lines = _ours(name, wish)
    if lines:
        print(_row(case, "TerraDesk", lines, case.goal), flush=True)
    if not wish.no_peers:
        for peer in case.peers:
            print(_peer_row(peer, case, wish), flush=True)
    return bool(lines) and not any("NOT SAID" in line["note"] for line in lines)


def _ours(name: str, wish: argparse.Namespace) -> list[Line]:
    command = [sys.executable, "-m", "bench.builder_runs", name]
    command += ["--seeds", str(wish.seeds), "--instances", wish.instances]
    made = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    lines = [json.loads(text) for text in made.stdout.splitlines() if text.startswith("{")]
    return lines if not made.returncode else []


def _peer_row(peer: str, case: Case, wish: argparse.Namespace) -> str:
    instance = load(case.instance, wish.instances)
    work = np.column_stack([instance.activities[name] for name in case.measures])
    seeds = (wish.seeds or case.seeds) if peer == "metis" else 1
    lines: list[Line] = []
    who = note = ""
    for seed in range(1, seeds + 1):
        answer = builder_peers.ask(peer, case, instance, work, seed)
        who, note = answer.who, answer.note
        if answer.labels is None:
            continue
        k = max(case.k, int(answer.labels.max()) + 1)
        found = figures(instance, work, k, case.tolerance, answer.labels)
        lines.append(
            found | {"cpu": answer.cpu, "wall": answer.wall, "mb": answer.mb, "note": note}
        )
    return _row(case, who, lines or [{"note": note}], "")


# ---------------------------------------------------------------------- rows
def _row(case: Case, who: str, lines: list[Line], goal: str) -> str:
    cells = (
        case.title, who, _seconds(lines), _median(lines, "wall", 2), _most(lines, "mb"),
        _out(lines), _median(lines, "worst", 2), _median(lines, "pp", 3), _median(lines, "rms", 1),
        _median(lines, "border", 0), _broken(lines), _median(lines, "kept", 1), _notes(lines), goal,
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _values(lines: list[Line], key: str) -> list[float]:
    return [line[key] for line in lines if key in line]


def _median(lines: list[Line], key: str, digits: int) -> str:
    values = _values(lines, key)
    return f"{np.median(values):,.{digits}f}" if values else ""


def _seconds(lines: list[Line]) -> str:
    values = _values(lines, "cpu")
    if len(values) < 2:
        return _median(lines, "cpu", 2)
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _most(lines: list[Line], key: str) -> str:
    values = _values(lines, key)
    return f"{max(values):,.0f}" if values else ""


def _out(lines: list[Line]) -> str:
    """Territories out of tolerance in each run, in brackets those that a better plan might mend."""
    return " ".join(
        f"{line['out']}"
        + (f" ({line['avoidable']})" if line["out"] and "avoidable" in line else "")
        for line in lines
        if "out" in line
    )


def _broken(lines: list[Line]) -> str:
    if not _values(lines, "split"):
        return ""
    missing = int(sum(_values(lines, "missing")))
    text = f"{int(sum(_values(lines, 'split')))}, {int(sum(_values(lines, 'empty')))}"
    return f"{text}, {missing} units of nobody" if missing else text


def _notes(lines: list[Line]) -> str:
    notes = [line["note"].strip() for line in lines if line.get("note", "").strip()]
    return " / ".join(dict.fromkeys(notes))


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
