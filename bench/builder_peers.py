"""Other programs on the same questions, each in a process of its own with a time limit.

``python -m bench.builder_peers JOB.json``: reads the job and its graph, writes the labels.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bench.builder_cases import Case, Instance
from bench.builder_figures import joined, peak_mb

SECONDS = float(os.environ.get("BENCH_PEER_SECONDS", "60"))
"""CPU time of a peer that improves step by step; the others have twice as much to answer."""


@dataclass(frozen=True)
class Answer:
    """Labels, CPU seconds, peak MB; without labels the note says why."""

    who: str
    labels: np.ndarray | None = None
    cpu: float = 0.0
    wall: float = 0.0
    mb: float = 0.0
    note: str = ""


def ask(
    peer: str, case: Case, instance: Instance, work: np.ndarray, seed: int, seconds: float = SECONDS
) -> Answer:
    """What a peer answers within its time; tells when it is missing, fails or does not answer."""
    package, who, _answer = PEERS[peer]
    if find_spec(package) is None:
        return Answer(who, note=f"{package} is not installed (make bench-peers)")
    who = f"{who} ({package} {metadata.version(package)})"
    with tempfile.TemporaryDirectory() as folder:
        job = _write(Path(folder), peer, case, instance, work, seed, seconds)
        return _run(who, job, seconds)


def _write(
    folder: Path, peer: str, case: Case, instance: Instance, work: np.ndarray, seed: int,
    seconds: float,
) -> Path:  # fmt: skip
    more = joined(instance)
    np.savez(
        folder / "graph.npz", xy=instance.xy, edges=np.concatenate((instance.edges, more)),
        borders=np.concatenate((instance.borders, np.zeros(len(more)))), work=work,
    )  # fmt: skip
    job = {"peer": peer, "k": case.k, "tolerance": case.tolerance, "seed": seed, "seconds": seconds}
    (folder / "job.json").write_text(json.dumps(job))
    return folder / "job.json"


def _run(who: str, job: Path, seconds: float) -> Answer:
    command = [sys.executable, "-m", "bench.builder_peers", str(job)]
    began = time.perf_counter()
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=20 * seconds)
    except subprocess.TimeoutExpired:
        return Answer(who, note=f"no answer in {20 * seconds:.0f} s by the clock")
    labels = job.parent / "labels.npy"
    if made.returncode == -signal.SIGXCPU:
        return Answer(who, note=f"no answer in {2 * seconds:.0f} CPU s")
    if made.returncode or not labels.exists():
        last = (made.stderr.strip().splitlines() or ["no answer"])[-1]
        return Answer(who, wall=time.perf_counter() - began, note=last[:100])
    told = json.loads(made.stdout.splitlines()[-1])
    return Answer(who, np.load(labels), told["cpu"], told["wall"], told["mb"], told["note"])


# ---------------------------------------------------------------------- in the child
def main(job: Path) -> int:
    """Answer one job."""
    warnings.simplefilter("ignore")
    wish = json.loads(job.read_text())
    graph = np.load(job.parent / "graph.npz", allow_pickle=False)
    limit = int(2 * wish["seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    random.seed(wish["seed"])
    np.random.seed(wish["seed"])  # noqa: NPY002 - what the peers draw from
    answer = PEERS[wish["peer"]][2]
    cpu, wall = time.process_time(), time.perf_counter()
    labels, note = answer(graph, wish)
    told = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "mb": peak_mb(),
        "note": note,
    }
    np.save(job.parent / "labels.npy", np.asarray(labels, np.int64))
    print(json.dumps(told))
    return 0


def _metis(graph: Any, wish: dict[str, Any]) -> tuple[np.ndarray, str]:
    import pymetis

    starts, others, lengths = _rows(graph)
    weight = graph["work"][:, 0]
    options = pymetis.Options(ncuts=10, seed=wish["seed"], ufactor=round(wish["tolerance"] * 1000))
    _cut, labels = pymetis.part_graph(
        wish["k"],
        pymetis.CSRAdjacency(starts, others),
        vweights=np.maximum(weight / weight.mean() * 1000, 1).astype(np.int64).tolist(),
        eweights=np.maximum(lengths * 10, 1).astype(np.int64).tolist(),
        recursive=False,
        contiguous=True,
        options=options,
    )
    return np.array(labels), ""


def _recom(graph: Any, wish: dict[str, Any]) -> tuple[np.ndarray, str]:
    """A tree partition, then short bursts of ReCom towards less border until the time is up."""
    from gerrychain import Graph, Partition, constraints
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.partition.initial_partition_generators import recursive_tree_part
    from gerrychain.proposals.tree_proposals import build_recom_proposal_fn
    from gerrychain.updaters import Tally, cut_edges

    began = time.process_time()
    k, epsilon = wish["k"], wish["tolerance"]
    made = Graph.from_networkx(_networkx(graph))
    target = float(graph["work"][:, 0].sum() / k)
    start = recursive_tree_part(made, range(k), target, "pop", epsilon, rng=wish["seed"])
    state = Partition(made, start, {"pop": Tally("pop"), "cut_edges": cut_edges})
    proposal = build_recom_proposal_fn("pop", target, epsilon)
    valid = constraints.within_percent_of_ideal_population(state, epsilon, "pop")
    search = SingleMetricOptimizer(
        proposal, valid, state, lambda p: len(p["cut_edges"]), maximize=False, rng=wish["seed"]
    )
    steps = 0
    for _state in search.short_bursts(10, 10**9):
        steps += 1
        if time.process_time() - began > wish["seconds"]:
            break
    best = search.best_part if steps else state
    labels = {int(made.original_nx_node_id_for_internal_node_id(u)): best.assignment.mapping[u]
              for u in best.graph.node_indices}  # fmt: skip
    return np.array([labels[i] for i in range(len(graph["xy"]))]), f"{steps:,} steps"


def _ward(graph: Any, wish: dict[str, Any]) -> tuple[np.ndarray, str]:
    from spopt.region import WardSpatial

    frame, weights = _frame(graph)
    model = WardSpatial(frame, weights, ["x", "y"], wish["k"])
    model.solve()
    return np.array(model.labels_), "does not balance"


def _skater(graph: Any, wish: dict[str, Any]) -> tuple[np.ndarray, str]:
    from spopt.region import Skater

    frame, weights = _frame(graph)
    model = Skater(frame, weights, ["x", "y"], wish["k"])
    model.solve()
    return np.array(model.labels_), "does not balance"


def _maxp(graph: Any, wish: dict[str, Any]) -> tuple[np.ndarray, str]:
    """Only a lower bound on the activity; the number of territories is its own."""
    from spopt.region import MaxPHeuristic

    frame, weights = _frame(graph)
    floor = frame["work"].sum() / wish["k"] * (1 - wish["tolerance"])
    model = MaxPHeuristic(frame, weights, ["x", "y"], "work", floor)
    model.solve()
    labels = np.unique(np.array(model.labels_), return_inverse=True)[1]
    return labels, f"{labels.max() + 1} territories of its own choice"


def _rows(graph: Any) -> tuple[list[int], list[int], np.ndarray]:
    edges, n = graph["edges"], len(graph["xy"])
    ends = np.concatenate((edges[:, 0], edges[:, 1]))
    order = np.argsort(ends, kind="stable")
    others = np.concatenate((edges[:, 1], edges[:, 0]))[order]
    starts = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=n))))
    return starts.tolist(), others.tolist(), np.tile(graph["borders"], 2)[order]


def _networkx(graph: Any) -> Any:
    import networkx as nx

    made = nx.Graph()
    for unit, weight in enumerate(graph["work"][:, 0].tolist()):
        made.add_node(unit, pop=weight)
    made.add_edges_from(graph["edges"].tolist())
    return made


def _frame(graph: Any) -> tuple[Any, Any]:
    import geopandas
    from libpysal.weights import W

    x, y = graph["xy"].T
    table = {"x": x, "y": y, "work": graph["work"][:, 0]}
    frame = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(x, y))
    near: dict[int, list[int]] = {i: [] for i in range(len(x))}
    for a, b in graph["edges"].tolist():
        near[a].append(b)
        near[b].append(a)
    return frame, W(near, silence_warnings=True)


Answerer = Callable[[Any, dict[str, Any]], tuple[np.ndarray, str]]
PEERS: dict[str, tuple[str, str, Answerer]] = {
    "metis": ("pymetis", "METIS", _metis),
    "recom": ("gerrychain", "GerryChain ReCom", _recom),
    "ward": ("spopt", "spopt WardSpatial", _ward),
    "skater": ("spopt", "spopt SKATER", _skater),
    "maxp": ("spopt", "spopt MaxP", _maxp),
}
"""Package, name and answer of each peer."""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
