"""``python -m bench canvas``: every figure of the map in one table, beside QGIS on the same areas.

The parts run one after another, each in its own process; QGIS draws in between. A cell holds CPU
milliseconds at the overview, 600 km across and 40 km across.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench import layers, peers
from bench.timing import Figure

PARTS = ("kernel", "desk", "picking", "geometry", "editing", "crowd", "starting")
MAPS = {
    "counties": "3,108 counties",
    "zips": "37,290 ZIP-like areas",
    "blocks": "236,000 areas",
}
_LABELS = {"blocks": ("blocks", "236,000 areas")}
"""Other names a map has in some parts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: where its figures come from, and what they should be."""

    title: str
    part: str
    what: str
    goal: str = ""
    qgis: str = ""  # name of QGIS' time, followed by the view unless it is "hit"
    by_view: bool = True


ROWS: tuple[Row, ...] = (
    Row("sharp frame, renderer", "kernel", "sharp frame", "16/10/3, then 12/8/3", "{view}"),
    Row("the same with base map", "kernel", "sharp frame with base map", "3 more", "{view}"),
    Row("sharp frame in the window, names placed", "desk",
        "sharp frame at a new zoom, territories named", "", "{view}"),
    Row("frame while moving, renderer", "kernel", "moving frame with base map", "16", "{view}"),
    Row("frame while zooming, in the window", "desk", "frame while zooming", "16", "{view}"),
    Row("pan step, renderer", "kernel", "pan step of 8, 5 px", "2", "{view}"),
    Row("pan step, in the window", "desk", "pan step of 8, 5 px", "2", "{view}"),
    Row("repaint without a change", "desk", "repaint without a change"),
    Row("recolour 1, in the window", "desk", "recolour 1: kernel's work and paint", "1.0",
        "recolour {view}"),
    Row("recolour 1,000, in the window", "desk", "recolour 1,000: kernel's work and paint", "2.5",
        "recolour {view}"),
    Row("recolour all, renderer", "kernel", "recolour all", "6", "recolour {view}"),
    Row("recolour all, in the window", "desk", "recolour all: kernel's work and paint", "6",
        "recolour {view}"),
    Row("outline under the pointer", "desk", "outline under the pointer"),
    Row("hit test", "picking", "hit test", "0.0005", "hit", by_view=False),
    Row("brush step", "picking", "brush step, touches", "2"),
    Row("lasso of 200 corners, touches", "picking", "lasso of 200 corners, touches", "2"),
    Row("arcs of all polygons", "geometry", "arcs from WKB, with levels of detail", "700",
        by_view=False),
    Row("arcs reopened", "geometry", "reopen", "50", by_view=False),
)  # fmt: skip

_OTHERS = ("editing", "crowd", "starting")
"""Parts whose figures have no view; they follow as they are."""


def qgis_times() -> dict[str, peers.Times]:
    """QGIS drawing and finding on all three maps; handing over 236,000 areas takes minutes."""
    out = {}
    for name, make in (
        ("counties", layers.counties),
        ("zips", layers.zips),
        ("blocks", layers.blocks),
    ):
        case = make()
        drawn, found = peers.times(case), peers.times(case, "hit")
        out[name] = peers.Times(drawn.who, {**drawn.found, **found.found})
    return out


def table(figures: Iterable[Figure], qgis: dict[str, peers.Times]) -> str:
    """Markdown: a line per figure, a column per map, QGIS beside each."""
    known = {(f.part, f.what, f.case): f for f in figures}
    who = next((t.who for t in qgis.values() if t.found), "QGIS not installed")
    heads = [f"{text} | {who}" for text in MAPS.values()]
    out = ["| | " + " | ".join(heads) + " | goal |", "|---|" + "---:|---:|" * len(MAPS) + "---|"]
    for row in ROWS:
        cells = []
        for name in MAPS:
            cells += [_ours(row, name, known), _theirs(row, qgis.get(name))]
        out.append(f"| {row.title} | " + " | ".join(cells) + f" | {row.goal} |")
    return "\n".join(out)


def others(figures: Iterable[Figure]) -> Sequence[Figure]:
    """Figures that have no place in the table: live preview, many accounts, starting."""
    placed = {(row.part, row.what) for row in ROWS}
    named = tuple(name for names in _LABELS.values() for name in names) + tuple(MAPS)
    return [
        f for f in figures
        if f.part in _OTHERS
        or ((f.part, f.what) in placed and not f.case.startswith(named))
    ]  # fmt: skip


def _ours(row: Row, name: str, known: dict[tuple[str, str, str], Figure]) -> str:
    found = []
    for label in _LABELS.get(name, (name,)):
        cases = [f"{label} {view}" for view in layers.VIEWS] if row.by_view else [label]
        found = found or [known.get((row.part, row.what, case)) for case in cases]
        found = found if any(found) else []
    return " / ".join(_ms(f.cpu) if f else "–" for f in found) or "–"


def _theirs(row: Row, times: peers.Times | None) -> str:
    if times is None or not row.qgis:
        return ""
    names = [row.qgis.format(view=v) for v in layers.VIEWS] if row.by_view else [row.qgis]
    found = [times.get(name) for name in names]
    return " / ".join(_ms(t.cpu) if t else "–" for t in found)


def _ms(value: float) -> str:
    from bench.__main__ import significant

    return significant(value)
