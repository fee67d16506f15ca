"""Figures of a set of territories, and whether they are whole: by networkx, not by the builder."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import numpy as np

from bench.builder_cases import Instance


def fair(work: np.ndarray, k: int, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Target (m,) of territories and whether each unit is larger than that (n, m).

    A unit that alone is more than a territory may have gets one of its own, and the others share
    the rest.
    """
    n, m = work.shape
    target, large = np.zeros(m), np.zeros((n, m), bool)
    for j in range(m):
        while True:
            rest = work[~large[:, j], j].sum() / max(1, k - large[:, j].sum())
            more = (work[:, j] > rest * (1 + tolerance)) & ~large[:, j]
            if not more.any() or large[:, j].sum() + more.sum() >= k:
                break
            large[:, j] |= more
        target[j] = rest
    return target, large


def figures(
    instance: Instance, work: np.ndarray, k: int, tolerance: float, labels: np.ndarray
) -> dict[str, Any]:
    """Out of tolerance, worst deviation (%), split, empty, PP, rms (km), border (km)."""
    a, b = instance.edges.T
    target, large = fair(work, k, tolerance)
    mass = np.stack([np.bincount(labels, work[:, j], k) for j in range(work.shape[1])], 1)
    is_free = np.ones(mass.shape, bool)
    for j in range(work.shape[1]):
        is_free[labels[large[:, j]], j] = False
    off = np.where(is_free, np.abs(mass / target - 1), 0)
    same = labels[a] == labels[b]
    around = np.bincount(labels, instance.perimeters, k)
    around -= 2 * np.bincount(labels[a[same]], instance.borders[same], k)
    area = np.bincount(labels, instance.areas, k)
    has = around > 0
    centre = np.stack(
        [
            np.bincount(labels, work[:, 0] * xy, k) / np.maximum(mass[:, 0], 1e-9)
            for xy in instance.xy.T
        ],
        1,
    )
    square = ((instance.xy - centre[labels]) ** 2).sum(1)
    return {
        "out": int((off > tolerance + 1e-9).any(1).sum()),
        "worst": float(off.max() * 100),
        "pp": float((4 * np.pi * area[has] / around[has] ** 2).mean()),
        "rms": float(np.sqrt((work[:, 0] * square).sum() / work[:, 0].sum())),
        "border": float(instance.borders[~same].sum()),
        **whole(instance, labels, k),
    }


def peak_mb() -> float:
    """Most memory this process had, in MB; what its parent had does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(t for t in status.read_text().splitlines() if t.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def whole(instance: Instance, labels: np.ndarray, k: int) -> dict[str, int]:
    """Territories in pieces and empty ones, units of nobody, by networkx.

    Landmasses that no edge joins count as joined by the shortest link, as the builder has it.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(instance.n))
    graph.add_edges_from(instance.edges.tolist())
    graph.add_edges_from(joined(instance).tolist())
    groups: dict[int, list[int]] = {}
    for unit, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(unit)
    missing = len(groups.pop(-1, []))
    split = sum(not nx.is_connected(graph.subgraph(units)) for units in groups.values())
    return {"split": int(split), "empty": k - len(groups), "missing": missing}


def joined(instance: Instance) -> np.ndarray:
    """Links (j, 2) between landmasses that no edge joins."""
    from terradesk.builder import Options
    from terradesk.builder.graph import make_graph

    some = next(iter(instance.activities))
    return make_graph(instance.problem((some,), 1, 0.05), Options()).joined
