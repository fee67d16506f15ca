"""What a right click offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import choosing, edits, i18n, projection
from terradesk import records as rec
from terradesk.choosing import kinds
from terradesk.columns import number_text
from terradesk.edits.locking import lock_units
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, ngettext
from terradesk.plan import UNASSIGNED

from .. import theme
from ..document_model import Tentative
from . import marking
from .targets_menu import TargetsMenu

if TYPE_CHECKING:
    from .view import MapView

Act = Callable[[], object]
_MOST_TRAITS = 10


class MapMenu:
    """Builds the menu for a place on the map.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        self._view, self._model = view, view.model
        self.shown: QtWidgets.QMenu | None = None

    def open(self, unit: int, account: int, at: QtCore.QPoint) -> None:
        """Show it at a point on the screen."""
        if self.shown is not None:  # the menu key comes as a key and as a request for a menu
            return
        menu = self.shown = self.build(unit, account, at)
        menu.aboutToHide.connect(self._closed)
        menu.popup(at)
        first = next((a for a in menu.actions() if a.isEnabled() and not a.isSeparator()), None)
        if first is not None:
            menu.setActiveAction(first)

    def _closed(self) -> None:
        menu, self.shown = self.shown, None
        self._point(np.empty(0, np.int32), None)
        if menu is not None:
            menu.deleteLater()
        self._view.going.walking.tell()

    def build(self, unit: int, account: int, at: QtCore.QPoint) -> QtWidgets.QMenu:
        """The menu for a unit and an account under the pointer, -1 for none."""
        menu = QtWidgets.QMenu(self._view)
        if account >= 0:
            self._for_account(menu, account)
        if unit >= 0:
            self._for_unit(menu, unit, at)
        elif account < 0:
            self._for_nothing(menu, at)
        return menu

    @staticmethod
    def _add(menu: QtWidgets.QMenu, text: str, icon: str, act: Act, keys: str = "") -> None:
        text = text.replace("&", "&&")
        text = f"{text}\t{keys}" if keys else text
        action = menu.addAction(theme.icon(icon), text) if icon else menu.addAction(text)
        action.triggered.connect(lambda _on=False: act())

    def _submenu(self, menu: QtWidgets.QMenu, text: str, icon: str) -> QtWidgets.QMenu:
        out = QtWidgets.QMenu(text.replace("&", "&&"), menu)
        out.setIcon(theme.icon(icon) if icon else QtGui.QIcon())
        menu.addMenu(out)
        return out

    def _rows(self, unit: int) -> np.ndarray:
        """The selection if the unit belongs to it, else the unit."""
        selected = self._model.selected_units
        return selected if unit in selected else np.array([unit], np.int32)

    def _accounts(self, account: int) -> np.ndarray:
        selected = self._model.selected_accounts
        return selected if account in selected else np.array([account], np.int32)

    # ------------------------------------------------------------------ an area
    def _for_unit(self, menu: QtWidgets.QMenu, unit: int, at: QtCore.QPoint) -> None:
        view, rows = self._model.view, self._rows(unit)
        territory = int(view.assignment[unit])
        if territory != UNASSIGNED:
            self._add(menu, _("Paint with this territory"), "paintbrush",
                      lambda: self._paint(territory))  # fmt: skip
        self._targets(menu, rows, unit)
        self._add(menu, _("New territory here"), "plus", lambda: self._new(rows), "N")
        if (view.assignment[rows] != UNASSIGNED).any():
            self._add(menu, self._of(_("Unassign {things}"), rows), "eraser",
                      lambda: self._assign(rows, UNASSIGNED), "Del")  # fmt: skip
        self._locks(menu, territory, rows)
        self._building(menu, territory, unit, rows)
        marking.offer(menu, self._view, unit, rows, at)
        menu.addSeparator()
        self._zooms(menu, territory, rows)
        self._same(menu, rows)
        self._neighbours(menu, rows)
        menu.addSeparator()
        self._add(menu, _("Why is this here?"), "circle-help", lambda: self._why(unit))
        self._copies(menu, unit, rows)

    def _of(self, text: str, rows: np.ndarray) -> str:
        """A sentence about areas: one by its name, several by their number."""
        plan, n = self._model.plan, len(rows)
        if n == 1:
            row = int(rows[0])
            return text.format(things=str(plan.units.names[row] or plan.units.codes[row]))
        return text.format(things=f"{i18n.number(n)} {plan.noun(n)}")

    def _targets(self, menu: QtWidgets.QMenu, rows: np.ndarray, unit: int) -> None:
        title = self._of(_("Assign {things} to"), rows)
        targets = self._targets_menu(menu, title, lambda: nearest_first(self._view, unit))
        targets.chosen.connect(lambda t: self._assign(rows, t))
        targets.pointed.connect(lambda t: self._point(rows, t))

    def _targets_menu(
        self, menu: QtWidgets.QMenu, title: str, order: Callable[[], list[int]]
    ) -> TargetsMenu:
        out = TargetsMenu(title.replace("&", "&&"), self._model, order, menu)
        out.setIcon(theme.icon("split"))
        if self._model.view.leaves:
            menu.addMenu(out)
        return out

    def _locks(self, menu: QtWidgets.QMenu, territory: int, rows: np.ndarray) -> None:
        model, view = self._model, self._model.view
        menu.addSeparator()
        if territory != UNASSIGNED:
            name, is_locked = view.name_of(territory), territory in view.locked_territories
            text = (_("Unlock {name}") if is_locked else _("Lock {name}")).format(name=name)
            self._add(menu, text, "lock-open" if is_locked else "lock",
                      lambda: self._view.giving.set_locked(territory, not is_locked))  # fmt: skip
        own = [k.ref for k in model.plan.rows(rec.Lock, model.alignment) if k.kind == "unit"]
        are_locked = bool(np.isin(rows, own).all())
        text = self._of(_("Unlock {things}") if are_locked else _("Lock {things}"), rows)
        self._add(menu, text, "lock-open" if are_locked else "lock",
                  lambda: self._lock_units(rows, not are_locked))  # fmt: skip

    def _lock_units(self, rows: np.ndarray, is_locked: bool) -> None:
        model = self._model
        model.attempt(lambda: lock_units(model.plan, model.alignment, rows.tolist(), is_locked))

    def _building(self, menu: QtWidgets.QMenu, territory: int, unit: int, rows: np.ndarray) -> None:
        """What the builder can do with what is here."""
        if not self._model.view.leaves:
            return
        view, sub = self._view, self._submenu(menu, _("Build"), "wand-sparkles")
        if territory != UNASSIGNED:
            name = self._model.view.name_of(territory)
            for text, icon, what in (
                (_("What would bring {name} within tolerance?"), "circle-help", "helps"),
                (_("Split {name} into…"), "split", "split"),
                (_("Divide {name} among neighbours"), "user-minus", "divide"),
            ):
                act = partial(view.build_wanted.emit, what, territory)
                self._add(sub, text.format(name=name), icon, act)
        self._add(sub, self._of(_("Carve out a new territory around {things}…"), rows), "user-plus",
                  partial(self._command_on, rows, "build.carve"))  # fmt: skip
        if len(rows) > 1:
            self._add(sub, self._of(_("Share out {things}"), rows), "square-dashed",
                      partial(self._command_on, rows, "build.share"))  # fmt: skip
        sub.addSeparator()
        marking.offer_barriers(sub, view, unit, rows)

    def _command_on(self, rows: np.ndarray, command: str) -> None:
        self._model.select_units(rows)
        self._view.command.emit(command)

    def _zooms(self, menu: QtWidgets.QMenu, territory: int, rows: np.ndarray) -> None:
        view = self._view
        sub = self._submenu(menu, _("Zoom to"), "zoom-in")
        if territory != UNASSIGNED:
            self._add(sub, self._model.view.name_of(territory), "layers-2",
                      lambda: view.zoom_to_territory(territory))  # fmt: skip
        keys = "Z" if len(rows) > 1 else ""
        self._add(sub, self._of("{things}", rows), "hexagon",
                  lambda: view.zoom_to_units(rows), keys)  # fmt: skip
        self._add(sub, _("The whole plan"), "maximize", view.zoom_home, "Home")

    def _same(self, menu: QtWidgets.QMenu, rows: np.ndarray) -> None:
        """Everything selected areas can have in common."""
        going = self._view.going
        sub = self._submenu(menu, _("Select same"), "square-dashed")
        there = _situation(going.situation(), units=rows)
        for trait in choosing.traits(there, "units")[:_MOST_TRAITS]:
            self._add(sub, _capital(trait.title), "",
                      lambda t=trait: going.select(choosing.same(t, there)))  # type: ignore[misc]  # fmt: skip
        sub.addSeparator()
        for text, find in ((_("Edge of the territory"), kinds.edge),
                           (_("Detached parts"), kinds.detached)):  # fmt: skip
            self._add(sub, text, "", lambda f=find: self._find(f, there))  # type: ignore[misc]
        self._add(sub, _("More…"), "search", going.open_select_by, "Ctrl+G")

    def _find(self, find: Callable[..., choosing.Chosen], there: choosing.Situation) -> None:
        try:
            found = find(there)
        except TerraDeskError as error:
            self._model.say(error.message)
            return
        if len(found):
            self._view.going.select(found)
        else:
            self._model.say(_("There are none."))

    def _neighbours(self, menu: QtWidgets.QMenu, rows: np.ndarray) -> None:
        going, model = self._view.going, self._model

        def grow(steps: int) -> None:
            model.select_units(rows)
            going.grow(steps)

        self._add(menu, _("Grow the selection"), "", lambda: grow(1), ".")
        self._add(menu, _("Shrink the selection"), "", lambda: grow(-1), ",")
        n = int(np.isin(model.plan.accounts.unit, rows)[model.plan.accounts_present].sum())
        if n:
            text = ngettext("Select its {n} account", "Select its {n} accounts", n)
            if len(rows) > 1:
                text = ngettext("Select their {n} account", "Select their {n} accounts", n)
            self._add(menu, text.format(n=i18n.number(n)), "map-pin",
                      lambda: self._find(kinds.accounts_of_areas,
                                         _situation(going.situation(), units=rows)))  # fmt: skip

    def _copies(self, menu: QtWidgets.QMenu, unit: int, rows: np.ndarray) -> None:
        units = self._model.plan.units
        sub = self._submenu(menu, _("Copy"), "copy")
        codes, names = ([str(v) for v in column[rows]] for column in (units.codes, units.names))
        many = len(rows) > 1
        self._add(sub, _("Codes") if many else _("Code"), "", partial(_copy, "\n".join(codes)))
        self._add(sub, _("Names") if many else _("Name"), "", partial(_copy, "\n".join(names)))
        self._add(sub, _("Rows with headings") if many else _("Row with headings"), "",
                  lambda: _copy(self.rows_text(rows)))  # fmt: skip

    def rows_text(self, rows: np.ndarray) -> str:
        """Areas as lines of cells with tabs between, as spreadsheets take them."""
        plan, view = self._model.plan, self._model.view
        units = plan.units
        head = [_("Code"), _("Name"), _("Territory"), *units.columns]
        lines = [head]
        for row in rows.tolist():
            cells = [units.codes[row], units.names[row], view.name_of(int(view.assignment[row]))]
            cells += [_cell(values[row]) for values in units.columns.values()]
            lines.append([str(c) for c in cells])
        tidy = str.maketrans("\t\r\n", "   ")
        return "\n".join("\t".join(cell.translate(tidy) for cell in line) for line in lines)

    # ------------------------------------------------------------------ an account
    def _for_account(self, menu: QtWidgets.QMenu, account: int) -> None:
        model, rows = self._model, self._accounts(account)
        name = str(model.plan.accounts.names[account] or model.plan.accounts.ids[account])
        menu.addSection(name) if len(rows) == 1 else menu.addSection(
            ngettext("{n} account", "{n} accounts", len(rows)).format(n=i18n.number(len(rows)))
        )
        if any(int(r) in model.view.overrides for r in rows):
            text = ngettext("Return to its area's territory", "Return to their areas' territories",
                            len(rows))  # fmt: skip
            self._add(menu, text, "user-minus", lambda: self._return(rows))
        self._add(menu, ngettext("Select the account", "Select the accounts", len(rows)),
                  "map-pin", lambda: model.select_accounts(rows))  # fmt: skip
        self._account_targets(menu, rows)
        self._same_accounts(menu, rows)
        self._add(menu, _("Zoom to the account"), "zoom-in",
                  lambda: self._view.going.go_to_account(account))  # fmt: skip
        self._add(menu, _("Copy its name"), "copy", partial(_copy, name))
        menu.addSeparator()

    def _account_targets(self, menu: QtWidgets.QMenu, rows: np.ndarray) -> None:
        """Give accounts to a territory by themselves: they become named accounts."""
        model, unit = self._model, int(self._model.plan.accounts.unit[rows[0]])
        title = ngettext("Assign the account to", "Assign the accounts to", len(rows))

        def order() -> list[int]:
            leaves = [t.id for t in model.view.leaves]
            return nearest_first(self._view, unit, with_own=True) if unit >= 0 else leaves

        def assign(territory: int) -> None:
            model.attempt(
                lambda: edits.name_accounts(model.plan, model.alignment, rows, territory),
                _("They are there already."),
            )

        self._targets_menu(menu, title, order).chosen.connect(assign)

    def _same_accounts(self, menu: QtWidgets.QMenu, rows: np.ndarray) -> None:
        going = self._view.going
        there = _situation(going.situation(), accounts=rows)
        sub = self._submenu(menu, _("Select accounts of the same"), "square-dashed")
        for trait in choosing.traits(there, "accounts")[:_MOST_TRAITS]:
            self._add(sub, _capital(trait.title), "",
                      lambda t=trait: going.select(choosing.same(t, there)))  # type: ignore[misc]  # fmt: skip

    # ------------------------------------------------------------------ the sea
    def _for_nothing(self, menu: QtWidgets.QMenu, at: QtCore.QPoint) -> None:
        view, model = self._view, self._model
        if len(model.selected_units) or len(model.selected_accounts):
            self._add(menu, _("Select nothing"), "x", lambda: self._drop(), "Esc")
        self._add(menu, _("Show the whole plan"), "maximize", view.zoom_home, "Home")
        self._add(menu, _("Select by…"), "search", view.going.open_select_by, "Ctrl+G")
        if len(model.plan.units):
            unassigned = partial(self._find, kinds.unassigned, view.going.situation())
            noun = model.plan.noun(2)
            self._add(menu, _("Select unassigned {noun}").format(noun=noun), "circle-dashed",
                      unassigned)  # fmt: skip
        x, y = view.metres(QtCore.QPointF(view.canvas.mapFromGlobal(at)))
        marking.offer(menu, view, -1, model.selected_units, at)
        self._add(menu, _("Copy the coordinates"), "copy", lambda: _copy(self._lonlat(x, y)))

    def _lonlat(self, x: float, y: float) -> str:
        lon, lat = projection.lonlat([x], [y], self._model.plan.crs)
        return f"{lat[0]:.5f}, {lon[0]:.5f}"

    def _drop(self) -> None:
        self._model.select_units(np.empty(0, np.int32))
        self._model.select_accounts(np.empty(0, np.int32))

    # ------------------------------------------------------------------ what the entries do
    def _paint(self, territory: int) -> None:
        self._model.set_current(territory)
        self._view.set_tool("brush")

    def _new(self, rows: np.ndarray) -> None:
        self._model.select_units(rows)
        self._view.command.emit("territory.new")

    def _why(self, unit: int) -> None:
        self._model.select_units(np.array([unit], np.int32))
        self._view.inspector_requested.emit()

    def _return(self, rows: Sequence[int] | np.ndarray) -> None:
        model = self._model
        named = [int(r) for r in rows if int(r) in model.view.overrides]
        model.attempt(lambda: edits.return_accounts(model.plan, model.alignment, named))

    def _point(self, rows: np.ndarray, territory: int | None) -> None:
        """Show before the click what assigning to the territory under the pointer would do."""
        model = self._model
        if territory is None:
            model.preview(None)
            return
        edit = edits.assign(model.plan, model.alignment, rows, territory).edit
        if edit is None:
            model.preview(None)
            return
        plan = edits.apply(model.plan, edit)
        none = np.empty(0, np.int32)
        model.preview(Tentative(edit, plan, np.asarray(rows, np.int32), none, territory))

    def _assign(self, rows: np.ndarray, territory: int) -> None:
        model = self._model
        model.attempt(lambda: edits.assign(model.plan, model.alignment, rows, territory),
                      _("They are there already."))  # fmt: skip


def _situation(
    there: choosing.Situation,
    units: np.ndarray | None = None,
    accounts: np.ndarray | None = None,
) -> choosing.Situation:
    """The same with other rows selected."""
    none = np.empty(0, np.int32)
    rows = [none if r is None else np.asarray(r, np.int32) for r in (units, accounts)]
    return replace(there, unit_rows=rows[0], account_rows=rows[1])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(value: object) -> str:
    return number_text(float(value)) if isinstance(value, float | np.floating) else str(value)


def nearest_first(view: MapView, unit: int, with_own: bool = False) -> list[int]:
    """Other territories by the distance of their nearest area from a unit; its own on request."""
    alignment, arcs = view.model.view, view.model.plan.arcs
    if arcs is None:
        return [t.id for t in alignment.leaves]
    away = np.hypot(*(arcs.centres - arcs.centres[unit]).T)
    nearest = np.full(alignment.n_slots, np.inf)
    np.minimum.at(nearest, alignment.unit_slots, np.nan_to_num(away, nan=np.inf))
    order = np.argsort(nearest[1:], kind="stable")
    own = UNASSIGNED if with_own else int(alignment.assignment[unit])
    return [alignment.leaves[i].id for i in order if alignment.leaves[i].id != own]


def _copy(text: str) -> None:
    QtGui.QGuiApplication.clipboard().setText(text)
