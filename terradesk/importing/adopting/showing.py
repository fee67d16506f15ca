"""What adopting territories comes to, as the page shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from terradesk.edits.arrivals import Incoming, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.importing.adopting.territories import Adopted, Leaf
from terradesk.importing.choices import Choices, Option
from terradesk.importing.handing import moved_between
from terradesk.importing.prepared import ARRIVES, CHANGES, GOES, NOTHING, PROBLEM, Item, Shown
from terradesk.importing.source import Source
from terradesk.importing.steps import difference
from terradesk.plan import UNASSIGNED, Plan
from terradesk.readers.report import ImportReport, Issue, issue


def item_key(name: str) -> str:
    """Key of the item of a territory."""
    return f"territory:{name}"


def scenario_options(source: Source, plan: Plan | None) -> tuple[Option, ...]:
    """Into the scenario in view, or as a new one of some name."""
    return (
        Option(
            "into",
            _("Put it into"),
            "view",
            (("view", _("The scenario in view")), ("new", _("A new scenario"))),
        ),
        Option(
            "scenario", _("Name of the new scenario"), Path(source.name).stem, when=("into", "new")
        ),
    )


def scenario_of(source: Source, plan: Plan, choices: Choices) -> str:
    """Name of the new scenario; empty for the one in view.

    Raises
    ------
    TerraDeskError
        There is a scenario of that name.
    """
    if choices.options.get("into", "view") != "new":
        return ""
    name = str(choices.options.get("scenario", "")).strip() or Path(source.name).stem
    if any(one.name == name for one in plan.scenarios):
        raise TerraDeskError(
            _("There is a scenario called {name} already.").format(name=isolate(name)),
            _("Choose another name."),
        )
    return name


def unit_title(plan: Plan, unit: int) -> str:
    """Code and name of a unit."""
    code, name = str(plan.units.codes[unit]), str(plan.units.names[unit])
    return f"{code} {isolate(name)}" if name and name != code else code


def locked_issues(plan: Plan, adopted: Adopted) -> list[Issue]:
    """What stays because it is locked."""
    n = adopted.n_locked
    if not n:
        return []
    text = ngettext("{n} {noun} stays as it is: locked.", "{n} {noun} stay as they are: locked.", n)
    return [issue("locked", text.format(n=number(n), noun=plan.noun(n)), n=n, outcome="")]


def sentence(plan: Plan, labels: np.ndarray, n: int, is_news: bool) -> str:
    """What comes of it in one line."""
    if not is_news:
        return _("The plan has all of this already.")
    m = int((labels >= 0).sum())
    return _("{n} territories with {m} {noun}").format(n=number(n), m=number(m), noun=plan.noun(m))


def adopted_step(
    key: str,
    source: Source,
    plan: Plan,
    adopted: Adopted,
    report: ImportReport,
    choices: Choices,
    n: int,
) -> Incoming | None:
    """The step that adopts territories; None when nothing would change."""
    changes, records = difference(adopted.base, adopted.after)
    if not changes and not records:
        return None
    m = sum(len(change.rows) for change in changes)
    return incoming(
        plan,
        N_("Adopted {n} territories with {m} {noun} from {a}"),
        {"n": n, "m": m, "noun": plan.noun(m), "a": source.name},
        kind=key,
        source=source.name,
        report=asdict(report),
        choices=choices.as_json(),
        changes=changes,
        records=records,
        alignment=adopted.alignment,
    )


def territory_items(
    plan: Plan, alignment: int, labels: np.ndarray, leaves: Sequence[Leaf], choices: Choices
) -> tuple[Item, ...]:
    """Each territory with its number of units before and after."""
    view = plan.alignment(alignment)
    ids = {node.name: node.id for node in view.leaves}
    out = []
    for k, leaf in enumerate(leaves):
        units = np.flatnonzero(labels == k)
        n_before = 0
        if leaf.name in ids:
            n_before = int(((view.assignment == ids[leaf.name]) & plan.units_present).sum())
        above = " / ".join(isolate(part) for part in (leaf.region, leaf.district) if part)
        after = f"{number(len(units))} {plan.noun(len(units))}"
        out.append(
            Item(
                item_key(leaf.name),
                "territory",
                leaf.name,
                f"{number(n_before)} {plan.noun(n_before)}" if leaf.name in ids else "",
                "; ".join(part for part in (after, above, isolate(leaf.rep) if leaf.rep else "")
                          if part),
                is_on=item_key(leaf.name) not in choices.left_out,
                units=tuple(units[:1000].tolist()),
            )
        )  # fmt: skip
    return tuple(out)


def shown(plan: Plan, alignment: int, adopted: Adopted) -> Shown:
    """Units that change hands, over the plan as it would be."""
    before, after = plan.assignments[alignment], adopted.after.assignments[adopted.alignment]
    states = np.zeros(len(plan.units), np.uint8)
    states[before != after] = CHANGES
    states[(before != after) & (after == UNASSIGNED)] = GOES
    return Shown(unit_states=states, plan=adopted.after)


def with_outlines(
    found: Shown, leaves: Sequence[Leaf], shapes: np.ndarray, labels: np.ndarray, off: Sequence[int]
) -> Shown:
    """The same with the outlines of territories that were drawn.

    Parameters
    ----------
    found : Shown
    leaves : sequence of Leaf
    shapes : ndarray of shapely geometries, shape (n_leaves,)
        In the plan's CRS.
    labels : ndarray of int64, shape (n_units,)
        Index of the leaf of each unit, negative for none; those that get no unit stand out.
    off : sequence of int
        Leaves that are left out.
    """
    n = np.bincount(labels[labels >= 0], minlength=len(leaves))
    states = np.where(n > 0, ARRIVES, PROBLEM).astype(np.uint8)
    states[list(off)] = NOTHING
    keys = tuple(item_key(leaf.name) for leaf in leaves)
    quiet = _("left out")
    return replace(found, shapes=shapes, shape_states=states, shape_keys=keys, quiet=quiet)


def after_text(
    plan: Plan, alignment: int, adopted: Adopted, scenario: str
) -> Callable[[Plan], str] | None:
    """What is told after the step: accounts that change their territory."""
    if scenario:
        return None
    told = moved_between(plan, adopted.after, alignment)
    return (lambda _plan: told) if told else None
