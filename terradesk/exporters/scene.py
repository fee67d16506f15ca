"""Scene: a design of a plan as the renderer draws it, for pictures, pages and the clipboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from terradesk import i18n, measures, palettes
from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.exporters.facts import Facts
from terradesk.i18n import _
from terradesk.measures.sums import account_values, unit_values
from terradesk.plan import Plan
from terradesk.render.legend import class_texts
from terradesk.render.scene import Classes, Scene

if TYPE_CHECKING:
    from terradesk.render.basemap import BaseMap

BY_TERRITORY, BY_DEVIATION = "territory", "deviation"
_N_CLASSES = 5


def plan_scene(
    plan: Plan,
    alignment: int,
    colour_by: str = BY_TERRITORY,
    *,
    selected: Sequence[int] = (),
    box: tuple[float, float, float, float] | None = None,
    with_accounts: bool = True,
    with_base: bool = True,
) -> Scene:
    """What a finished map of a design shows.

    Parameters
    ----------
    plan : Plan
    alignment : int
    colour_by : str
        ``"territory"``, ``"deviation"``, or the uid of a measure of the units.
    selected : sequence of int
        Unit rows that are outlined.
    box : tuple of float, optional
        Part of the map, metres; by default all of it.
    with_accounts, with_base : bool
        Whether to draw the accounts and what lies around the plan.

    Raises
    ------
    TerraDeskError
        If the plan has no map.
    """
    if plan.arcs is None:
        raise TerraDeskError(
            _("This plan has no map to draw."), _("Add boundaries first, or export a table.")
        )
    facts = Facts(plan.alignment(alignment))
    view = facts.view
    values, tones = _second_lines(facts)
    return Scene(
        arcs=plan.arcs,
        labels=view.unit_slots - 1,
        names=[t.name for t in view.leaves],
        fills=np.array([t.colour for t in view.leaves], np.int64),
        values=values,
        tones=tones,
        parents=_parents(facts),
        locked=np.array([t.id in view.locked_territories for t in view.leaves], bool),
        groups=_groups(plan),
        classes=_classes(facts, colour_by),
        district_text=_district_text(facts),
        base=_base(plan) if with_base else None,
        selected=selected,
        box=box,
        title=plan.setting("title") or _("Untitled plan"),
        subtitle=subtitle(facts),
        credits=plan.setting("credits"),
        date=dt.date.today(),
        **(_accounts(facts) if with_accounts else {}),  # type: ignore[arg-type]
    )


def subtitle(facts: Facts) -> str:
    """Scenario, balance measure and how many territories are in tolerance, in one line."""
    parts = [facts.view.scenario.name]
    balance = facts.balance
    if balance is not None and balance.n_territories:
        text = _("{measure}: {n} of {m} territories within ±{tolerance}")
        tolerance = i18n.percent(balance.tolerance, signed=False)
        shown = text.format(
            measure=balance.measure.name,
            n=i18n.number(balance.n_in_tolerance),
            m=i18n.number(balance.n_territories),
            tolerance=tolerance,
        )
        parts.append(shown)
    return " · ".join(p for p in parts if p)


def tone(balance: measures.Balance, slot: int) -> str:
    """Colour role of a territory's deviation: ``over``, ``under``, or ``label`` in tolerance."""
    deviation = balance.deviations[slot]
    if not np.isfinite(deviation) or balance.in_tolerance[slot]:
        return "label"
    return "over" if deviation > 0 else "under"


def _second_lines(facts: Facts) -> tuple[list[str], list[str]]:
    """Deviation of each territory as text, and its colour role."""
    balance = facts.balance
    if balance is None:
        return [], []
    slots = range(1, facts.view.n_slots)
    shown = [i18n.deviation(float(balance.deviations[s]), balance.tolerance) for s in slots]
    return shown, [tone(balance, s) for s in slots]


def _parents(facts: Facts) -> np.ndarray | None:
    """(n_leaves,) number of the district of each territory; None when there are no districts."""
    ids = [0 if d is None else d.id for d in facts.districts[1:]]
    if not any(ids):
        return None
    return np.unique(ids, return_inverse=True)[1].astype(np.int32)


def _district_text(facts: Facts) -> str:
    term = facts.plan.setting("term_group")
    return _("Border of a {group}").format(group=term) if any(facts.districts) else ""


def _groups(plan: Plan) -> np.ndarray | None:
    """(n_units,) number of each unit's state, so that state borders are drawn."""
    roles = {c.name: c.role for c in plan.rows(rec.Column) if c.table == "units"}
    for name, values in plan.units.columns.items():
        if roles.get(name, name) == "state" and values.dtype == object:
            return np.unique(values.astype(str), return_inverse=True)[1].astype(np.int32)
    return None


def _accounts(facts: Facts) -> dict[str, object]:
    """Fields of the scene about accounts."""
    plan = facts.plan
    here = plan.accounts_present & np.isfinite(plan.accounts.x)
    if not here.any():
        return {}
    sized = next((m for m in facts.summed if m.source == "accounts"), None)
    shown: dict[str, object] = {
        "accounts": np.column_stack((plan.accounts.x, plan.accounts.y))[here],
        "account_text": _("Accounts"),
    }
    if sized is not None:
        shown["account_values"] = account_values(plan, sized)[here]
        shown["account_text"] = _("Accounts by {measure}").format(measure=sized.name)
    return shown


def _base(plan: Plan) -> BaseMap:
    from terradesk.render.basemap import base_map

    assert plan.arcs is not None
    return base_map(plan.arcs, plan.crs)


def _classes(facts: Facts, colour_by: str) -> Classes | None:
    """Colours other than the territories' own."""
    if colour_by == BY_TERRITORY:
        return None
    if colour_by == BY_DEVIATION:
        return _deviation_classes(facts)
    measure = measures.measure_of(facts.plan, colour_by)
    if measure is None:
        raise KeyError(colour_by)
    return _measure_classes(facts, measure)


def _deviation_classes(facts: Facts) -> Classes | None:
    balance = facts.balance
    if balance is None:
        return None
    breaks = palettes.deviation_breaks(balance.tolerance)
    pair = palettes.diverging_colours(5), palettes.diverging_colours(5, dark=True)
    shown = class_texts(breaks, lambda v: i18n.percent(v))
    return Classes(palettes.classify(balance.deviations[1:], breaks), pair, shown)


def _measure_classes(facts: Facts, measure: rec.Measure) -> Classes:
    plan = facts.plan
    from_accounts = measure.source in ("accounts", "n_accounts")
    values = facts.unit_values(measure) if from_accounts else unit_values(plan, measure)
    values = np.where(plan.units_present, values, np.nan)
    breaks = palettes.class_breaks(values, _N_CLASSES)
    n = len(breaks) + 1
    pair = palettes.sequential_colours(n), palettes.sequential_colours(n, dark=True)
    shown = class_texts(breaks, lambda v: measures.format_value(plan, measure, v, short=True))
    return Classes(palettes.classify(values, breaks), pair, shown or [measure.name], of_units=True)
