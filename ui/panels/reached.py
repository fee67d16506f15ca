"""What a territory has reached, as lines of the Inspector."""

from __future__ import annotations

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

_MOST = 12
"""Lines: the newest periods; all of them are in the plan."""


def reached_lines(plan: Plan, territory: int) -> list[tuple[str, str]]:
    """Figures of a territory per period, the newest first, as (caption, text).

    Parameters
    ----------
    plan : Plan
    territory : int
        Id.
    """
    by_name = {measure.name: measure for measure in plan.rows(rec.Measure)}
    mine = [
        row for row in plan.rows(rec.Actual) if row.kind == "territory" and row.ref == territory
    ]
    mine.sort(key=lambda row: (row.period, row.name), reverse=True)
    lines = []
    for row in mine[:_MOST]:
        caption = _("{name}, {period}").format(name=row.name, period=row.period)
        measure = by_name.get(row.name)
        decimals = 0 if row.value == round(row.value) else 2
        text = i18n.number(row.value, decimals)
        lines.append(
            (caption, measures.format_value(plan, measure, row.value) if measure else text)
        )
    return lines
