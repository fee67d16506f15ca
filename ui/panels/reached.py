"""What a territory or its rep has reached, as lines of the Inspector."""

from __future__ import annotations

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

_MOST = 12
"""Lines: the newest periods; all of them are in the plan."""


def reached_lines(plan: Plan, ref: int, kind: str = "territory") -> list[tuple[str, str]]:
    """Figures of a territory or a rep per period, the newest first, as (caption, text).

    Parameters
    ----------
    plan : Plan
    ref : int
        Id of the territory or the rep.
    kind : {"territory", "rep"}
    """
    by_name = {measure.name: measure for measure in plan.rows(rec.Measure)}
    mine = [row for row in plan.rows(rec.Actual) if row.kind == kind and row.ref == ref]
    mine.sort(key=lambda row: (row.period, row.name), reverse=True)
    lines = []
    for row in mine[:_MOST]:
        measure = by_name.get(row.name)
        decimals = 0 if row.value == round(row.value) else 2
        text = i18n.number(row.value, decimals)
        if measure is not None:
            text = measures.format_value(plan, measure, row.value)
        lines.append((_("{name}, {period}").format(name=row.name, period=row.period), text))
    return lines


def lines_of_rep(plan: Plan, rep: rec.Rep | None) -> list[tuple[str, str]]:
    """Figures of the rep of a territory, with the rep's name in the captions."""
    if rep is None:
        return []
    caption = _("{name}: {figure}")
    return [
        (caption.format(name=i18n.isolate(rep.name), figure=figure), text)
        for figure, text in reached_lines(plan, rep.id, "rep")
    ]
