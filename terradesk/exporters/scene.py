"""Scene: a design of a plan as the renderer draws it, for pictures, pages and the clipboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from terradesk import colouring, i18n, measures
from terradesk import records as rec
from terradesk.colouring import account_look
from terradesk.errors import TerraDeskError
from terradesk.exporters.facts import Facts
from terradesk.exporters.showing import Layers, Shown, layers
from terradesk.i18n import _
from terradesk.measures.sums import account_values
from terradesk.plan import AlignmentView, Plan
from terradesk.render.legend import LegendEntry
from terradesk.render.scene import Scene

if TYPE_CHECKING:
    from terradesk.render.basemap import BaseMap


def plan_scene(
    plan: Plan,
    alignment: int,
    colour_by: str = colouring.BY_TERRITORY,
    *,
    look: colouring.Look | None = None,
    selected: Sequence[int] = (),
    box: tuple[float, float, float, float] | None = None,
    with_accounts: bool = True,
    with_base: bool = True,
    shown: Shown | None = None,
    notes: list[str] | None = None,
) -> Scene:
    """What a finished map of a design shows.

    Parameters
    ----------
    plan : Plan
    alignment : int
    colour_by : str
        A key of `terradesk.colouring.choices`, or the uid of a measure; the classes are those of
        the map on screen.
    look : Look, optional
        Fills of the territories, and whether there are patterns beside them.
    selected : sequence of int
        Unit rows that are outlined.
    box : tuple of float, optional
        Part of the map, metres; by default all of it.
    with_accounts, with_base : bool
        Whether to draw the accounts and what lies around the plan.
    shown : Shown, optional
        Layers of a finished picture; by default nothing but the accounts lies over the areas.
    notes : list of str, optional
        Gets what has to be said about layers that cannot be drawn.

    Raises
    ------
    TerraDeskError
        If the plan has no map.
    KeyError
        If the plan cannot be coloured by that.
    """
    if plan.arcs is None:
        raise TerraDeskError(
            _("This plan has no map to draw."), _("Add boundaries first, or export a table.")
        )
    facts = Facts(plan.alignment(alignment))
    view = facts.view
    values, tones = _second_lines(facts)
    look = look or colouring.Look()
    found = colouring.colouring(_key(view, colour_by), view, look)
    parts = Layers() if shown is None else layers(view, shown)
    hidden = frozenset() if shown is None else shown.hidden
    if notes is not None:
        notes += parts.notes
    with_accounts = with_accounts and "accounts" not in hidden
    with_base = with_base and "base" not in hidden
    opacity = 1.0 if shown is None else shown.fill_opacity
    fills = np.array([t.colour for t in view.leaves], np.int64)
    return Scene(
        arcs=plan.arcs,
        labels=view.unit_slots - 1,
        names=[t.name for t in view.leaves],
        fills=fills if found.fills is None else found.fills,
        values=values,
        tones=tones,
        parents=_parents(facts),
        locked=np.array([t.id in view.locked_territories for t in view.leaves], bool),
        held=view.locked_units,
        groups=_groups(plan),
        classes=found.classes,
        hatches=found.hatches,
        keys=_keys(found, look),
        legend_title=found.title,
        palette=look.palette,
        district_text=_district_text(facts),
        under=parts.under,
        over=parts.over,
        n_below=parts.n_below,
        layer_keys=parts.keys,
        hidden=hidden,
        fill_opacity=0.0 if "areas" in hidden else opacity,
        base=_base(plan) if with_base else None,
        selected=selected,
        box=box,
        title=plan.setting("title") or _("Untitled plan"),
        subtitle=subtitle(facts),
        credits=plan.setting("credits"),
        date=dt.date.today(),
        **(_accounts(facts) if with_accounts else {}),  # type: ignore[arg-type]
    )


def _key(view: AlignmentView, colour_by: str) -> str:
    """The key that is meant by a key or by the uid of a measure."""
    known = {choice.key for choice in colouring.choices(view)}
    for key in (colour_by, f"measure:{colour_by}"):
        if key in known:
            return key
    raise KeyError(colour_by)


def _keys(
    found: colouring.Colouring, look: colouring.Look
) -> tuple[Sequence[LegendEntry], Sequence[LegendEntry]]:
    """What the fills mean, light and dark; classes speak for themselves."""
    if found.classes is not None:
        return (), ()
    return colouring.entries(found, False, look), colouring.entries(found, True, look)


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
    sized, classes = account_look.size_measure(plan), account_look.classes(plan)
    shown: dict[str, object] = {
        "accounts": np.column_stack((plan.accounts.x, plan.accounts.y))[here],
        "account_text": _("Accounts"),
    }
    if classes is not None:
        shown["account_kinds"] = classes.kinds[here]
        shown["account_keys"] = tuple(
            account_look.entries(sized, classes, dark) for dark in (False, True)
        )
    if sized is not None:
        shown["account_values"] = account_values(plan, sized)[here]
        shown["account_text"] = _("Accounts by {measure}").format(measure=sized.name)
    return shown


def _base(plan: Plan) -> BaseMap:
    from terradesk.render.basemap import base_map

    assert plan.arcs is not None
    return base_map(plan.arcs, plan.crs)
