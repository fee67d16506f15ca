"""Rules for classes are part of the plan: everybody who opens it sees the same classes."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from terradesk import palettes
from terradesk.colouring.classes import LEAST_CLASSES, METHODS, MOST_CLASSES, Rules
from terradesk.edits import Edit
from terradesk.edits.scenarios import set_setting
from terradesk.i18n import N_
from terradesk.plan import Plan
from terradesk.records import Setting

__all__ = ["prepare", "remember", "remembered"]


def _name(key: str) -> str:
    return f"classes:{key}"


def remembered(plan: Plan, key: str) -> Rules | None:
    """Rules that somebody chose for a key of "Colour by"; None where nobody did.

    Plan files come from anywhere: what makes no sense is left out.
    """
    try:
        found = json.loads(plan.setting(_name(key)) or "null")
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("method") not in METHODS:
        return None
    n, palette, limits = found.get("n"), found.get("palette"), found.get("limits")
    numbers = limits if isinstance(limits, list) else []
    own = sorted({float(v) for v in numbers if isinstance(v, int | float) and math.isfinite(v)})
    return Rules(
        found["method"],
        min(max(n, LEAST_CLASSES), MOST_CLASSES) if isinstance(n, int) else Rules().n,
        palette if palette in palettes.RAMPS else "",
        tuple(own[: MOST_CLASSES - 1]),
    )


def prepare(plan: Plan) -> None:
    """Load what remembered natural breaks need: call it in a thread, it takes seconds."""
    prefix = _name("")
    keys = [row.uid for row in plan.rows(Setting) if row.uid.startswith(prefix)]
    rules = [remembered(plan, key.removeprefix(prefix)) for key in keys]
    if any(r is not None and r.method == "natural" for r in rules):
        import mapclassify  # noqa: F401


def remember(plan: Plan, key: str, rules: Rules, title: str) -> Edit | None:
    """Keep rules for a key of "Colour by"; None when they are kept already.

    Parameters
    ----------
    plan : Plan
    key : str
    rules : Rules
    title : str
        What is coloured by, for the history.
    """
    if rules.method != "own":
        rules = replace(rules, limits=())
    if remembered(plan, key) == rules:
        return None
    value = {"method": rules.method, "n": rules.n, "palette": rules.palette}
    text = json.dumps(value | {"limits": list(rules.limits)})
    return set_setting(plan, _name(key), text, N_("Changed the map's classes of {a}"), a=title)
