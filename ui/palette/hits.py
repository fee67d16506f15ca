"""What the palette finds: commands, territories, areas, accounts, places, selections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PySide6 import QtGui

from terradesk import choosing, i18n
from terradesk.choosing import places
from terradesk.choosing.naming import NameIndex, folded
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import Plan

from ..actions import found
from ..document_model import DocumentModel

MOST_PER_GROUP = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette.

    Parameters
    ----------
    kind : {"heading", "command", "territory", "area", "account", "place", "select", "nothing"}
    text, detail : str
        Plain text; the detail stands at the end of the line.
    key : str or int
        Id of the action, id of the territory, row, or number of the place.
    icon : str
    colour : int
        Palette index of a territory's fill, -1 for an icon.
    is_enabled : bool
    """

    kind: str
    text: str
    detail: str = ""
    key: str | int = ""
    icon: str = ""
    colour: int = -1
    is_enabled: bool = True


class Finder:
    """Finds what is typed.

    Parameters
    ----------
    model : DocumentModel
    actions_by_id : dict of str to QAction

    Attributes
    ----------
    cities : callable
        Gives names (n,) and places (n, 2) in metres of cities on the base map, largest first.
    places : list of (float, float)
        Of the lines found last, metres in the plan's CRS.
    selectable : (k,) int32
        Units that the line "select" of those found last means.
    """

    def __init__(self, model: DocumentModel, actions_by_id: dict[str, QtGui.QAction]) -> None:
        self._model, self._actions = model, actions_by_id
        self.cities: Callable[[], tuple[np.ndarray, np.ndarray]] = _no_cities
        self.places: list[tuple[float, float]] = []
        self.selectable = np.empty(0, np.int32)
        self._indexes: dict[str, tuple[tuple[object, ...], NameIndex]] = {}

    def hits(self, typed: str) -> Iterator[Hit]:
        """Lines for what was typed, each group under its heading."""
        groups = [(_("Commands"), self._commands(typed))]
        if self._model.is_open and typed:
            noun = self._model.plan.noun(2)
            groups = [
                (_("Selection"), self._selections(typed)),
                (_("Territories"), self._territories(typed)),
                (noun[:1].upper() + noun[1:], self._areas(typed)),
                (_("Accounts"), self._accounts(typed)),
                (_("Places"), self._found_places(typed)),
                *groups,
            ]
            # A command that is meant by its name goes first, everything else after places.
            if groups[-1][1] and folded(typed) in folded(groups[-1][1][0].text):
                groups.insert(0, groups.pop())
        is_any = False
        for title, hits in groups:
            if hits:
                is_any = True
                yield Hit("heading", title)
                yield from hits
        if not is_any:
            yield Hit("nothing", _("Nothing is called “{text}”.").format(text=typed), icon="search")

    def _commands(self, typed: str) -> list[Hit]:
        out = []
        for one in found(typed):
            action = self._actions.get(one.id)
            if action is None or one.id == "edit.search":
                continue
            keys = action.shortcut().toString(QtGui.QKeySequence.SequenceFormat.NativeText)
            if one.on_map:
                keys = action.text().partition("\t")[2]
            text = _(one.text).replace("…", "")
            out.append(Hit("command", text, keys, one.id, one.icon, is_enabled=action.isEnabled()))
        out.sort(key=lambda hit: not hit.is_enabled)
        return out[:MOST_PER_GROUP]

    def _territories(self, typed: str) -> list[Hit]:
        view, plan = self._model.view, self._model.plan
        nodes = list(view.territories.values())
        owners = [view.owners[t.id].name if t.id in view.owners else "" for t in nodes]
        index = NameIndex([t.name for t in nodes], owners, np.ones(len(nodes), bool))
        term = plan.setting("term_group")
        return [
            Hit("territory", nodes[k].name, owners[k] if nodes[k].level == 0 else term,
                nodes[k].id, "layers-2", nodes[k].colour if nodes[k].level == 0 else -1)
            for k in index.search(typed, MOST_PER_GROUP)
        ]  # fmt: skip

    def _areas(self, typed: str) -> list[Hit]:
        plan, view = self._model.plan, self._model.view
        units = plan.units
        index = self._index("area", plan, units.names, units.codes, plan.units_present)
        out = []
        for row in index.search(typed, MOST_PER_GROUP):
            owner = view.name_of(int(view.assignment[row])) or _("Unassigned")
            code = str(units.codes[row])
            detail = owner if code == str(units.names[row]) else f"{i18n.isolate(code)} · {owner}"
            out.append(Hit("area", str(units.names[row]), detail, row, "hexagon"))
        return out

    def _accounts(self, typed: str) -> list[Hit]:
        plan, view = self._model.plan, self._model.view
        accounts = plan.accounts
        index = self._index("account", plan, accounts.names, accounts.ids, plan.accounts_present)
        out = []
        for row in index.search(typed, MOST_PER_GROUP):
            owner = view.name_of(int(view.account_territories[row])) or _("Unassigned")
            text = str(accounts.names[row]) or str(accounts.ids[row])
            out.append(Hit("account", text, owner, row, "map-pin"))
        return out

    def _found_places(self, typed: str) -> list[Hit]:
        """Coordinates, and cities of the base map."""
        plan, out = self._model.plan, []
        self.places = []
        pair = places.coordinates(typed)
        xy = places.in_plan(plan, pair[1], pair[0]) if pair is not None else None
        if xy is not None:
            self.places.append(xy)
            out.append(Hit("place", typed, _("Coordinates"), 0, "map-pin"))
        names, at = self.cities()
        if len(names):
            index = self._index("city", plan, names, names, np.ones(len(names), bool))
            for row in index.search(typed, MOST_PER_GROUP // 2):
                out.append(Hit("place", str(names[row]), _("City"), len(self.places), "map-pin"))
                self.places.append((float(at[row][0]), float(at[row][1])))
        return out

    def _selections(self, typed: str) -> list[Hit]:
        """What a list of codes, a query and the like would select."""
        model = self._model
        there = choosing.Situation(model.view, model.selected_units, model.selected_accounts,
                                   model.current)  # fmt: skip
        way = choosing.way_of(typed, there)
        is_plain = way is choosing.CODES and not any(sign in typed for sign in "*?,;-–")
        if way is None or is_plain or places.coordinates(typed) is not None:
            return []
        try:
            self.selectable = way.find(typed, there).unit_rows
        except TerraDeskError:
            return []
        n = len(self.selectable)
        if not n:
            return []
        text = _("Select {n} {noun}").format(n=i18n.number(n), noun=model.plan.noun(n))
        return [Hit("select", text, i18n.isolate(typed), "", "square-dashed")]

    def _index(
        self, kind: str, plan: Plan, names: np.ndarray, codes: np.ndarray, present: np.ndarray
    ) -> NameIndex:
        """The index of areas or accounts, made again only when their names change."""
        key = (names, codes, plan.hidden) if kind != "city" else (names,)
        kept = self._indexes.get(kind)
        if kept is None or any(a is not b for a, b in zip(kept[0], key, strict=True)):
            kept = self._indexes[kind] = (key, NameIndex(names, codes, present))
        return kept[1]


def _no_cities() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(0, object), np.empty((0, 2))
