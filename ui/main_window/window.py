"""The window: wires panels, map and commands to the one model; decides nothing."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.document import Document
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .. import errors, settings, theme
from ..actions import ACTIONS, MENUS, in_menu, make_actions
from ..document_model import DocumentModel
from ..jobs import Job
from ..map import MapView
from ..palette import Palette
from ..panels import PANELS
from ..welcome import Welcome
from . import greyed, keeping
from .build_commands import BuildCommands
from .build_side import BuildSide
from .choosing import Choosing
from .file_commands import FileCommands
from .help_commands import HelpCommands
from .layout import CornerTitle, Rail, TabbedDock
from .measure_commands import MeasureCommands
from .status import StatusBar
from .territory_commands import TerritoryCommands, all_units
from .toolbar import TopBar
from .view_commands import ViewCommands

Side = QtCore.Qt.DockWidgetArea
_SIZE = QtCore.QSize(1600, 1000)
_FRAME = QtCore.QSize(0, 40)  # title bar that the desktop puts above the window


class MainWindow(QtWidgets.QMainWindow):
    """TerraDesk's window.

    Parameters
    ----------
    user_settings : Settings, optional
        By default those of the user.
    """

    def __init__(self, user_settings: settings.Settings | None = None) -> None:
        super().__init__()
        self.settings = user_settings if user_settings is not None else settings.load()
        self.setWindowTitle("TerraDesk")
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.NoContextMenu)
        self.model = DocumentModel(self)
        self.model.on_error = lambda error, can_retry: errors.show_error(self, error, can_retry)
        self.model.on_baseline = lambda name: keeping.ask_for_copy(self, name)
        self.sample_copy: Path | None = None
        self._commands = (
            self, FileCommands(self), TerritoryCommands(self), HelpCommands(self),
            ViewCommands(self), BuildCommands(self), MeasureCommands(self),
        )  # fmt: skip
        self.actions_by_id = make_actions(self, self.settings.shortcuts, self._handler)
        self._make_centre()
        self._make_docks()
        self._make_bars()
        self._connect()
        self._restore_layout()
        self.refresh_actions()
        self.show_welcome()

    # ------------------------------------------------------------------ made once
    def _handler(self, name: str) -> Callable[..., object]:
        for owner in self._commands:
            found = getattr(owner, name, None)
            if found is not None and not isinstance(found, QtGui.QAction):
                return found
        raise AttributeError(f"no command has the method {name}")

    @property
    def files(self) -> FileCommands:
        """Commands that open, import and export."""
        return self._commands[1]

    @property
    def building(self) -> BuildCommands:
        """Commands that build."""
        return self._commands[5]

    @property
    def helping(self) -> HelpCommands:
        """Tips, keys, settings, about."""
        return self._commands[3]

    def _make_centre(self) -> None:
        self.pages = QtWidgets.QStackedWidget()
        self.welcome = Welcome()
        self.map = MapView(self.model)
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.map)
        self.setCentralWidget(self.pages)

    def _make_docks(self) -> None:
        self.left = TabbedDock("left", _("Territories"))
        self.right = TabbedDock("right", _("Balance"))
        self.bottom = TabbedDock("bottom", _("Tables"), can_collapse=True)
        self.docks = {"left": self.left, "right": self.right, "bottom": self.bottom}
        is_rtl = self.isRightToLeft()
        start, end = Side.LeftDockWidgetArea, Side.RightDockWidgetArea
        self.addDockWidget(end if is_rtl else start, self.left)
        self.addDockWidget(start if is_rtl else end, self.right)
        self.addDockWidget(Side.BottomDockWidgetArea, self.bottom)
        self.setCorner(QtCore.Qt.Corner.BottomLeftCorner, Side.BottomDockWidgetArea)
        self.setCorner(QtCore.Qt.Corner.BottomRightCorner, Side.BottomDockWidgetArea)
        self.rail = Rail(self.right, self.map)
        self.panels: dict[str, QtWidgets.QWidget] = {}
        for one in PANELS:
            panel = one.make(self.model)
            self.panels[one.id] = panel
            has_tab = not one.stands_alone
            self.docks[one.dock].add_panel(panel, _(one.title), one.icon, has_tab)
            if one.dock == "right" and one.rail_icon:
                self.rail.add(panel, _(one.title), one.rail_icon)
            for button in one.corner(panel):
                self.docks[one.dock].corner.addWidget(button)
            self._connect_panel(one.dock, panel)
        area = QtCore.Qt.ToolBarArea
        is_rtl = self.isRightToLeft()
        self.addToolBar(area.LeftToolBarArea if is_rtl else area.RightToolBarArea, self.rail)
        self.build_side, self.choosing = BuildSide(self), Choosing(self)
        self.bottom.set_collapsed(True)

    def _connect_panel(self, dock: str, panel: Any) -> None:
        if hasattr(panel, "command"):
            panel.command.connect(self.run_command)
        if hasattr(panel, "told_at"):
            panel.told_at.connect(self.map.going.tell_at)
        if hasattr(panel, "help_wanted"):
            panel.help_wanted.connect(self.building.suggest_for)
        if hasattr(panel, "chosen_changed"):
            panel.chosen_changed.connect(self.refresh_actions)
        if hasattr(panel, "show_units"):
            panel.show_units.connect(self.map.zoom_to_units)
        if hasattr(panel, "tab_text_changed"):
            panel.tab_text_changed.connect(lambda text: self.docks[dock].set_title(panel, text))

    @property
    def territories_panel(self) -> Any:
        """The tree of territories."""
        return self.panels["territories"]

    def _make_bars(self) -> None:
        menu_bar = self.menuBar()
        self.menus: dict[str, QtWidgets.QMenu] = {}
        for key, title in MENUS:
            self.menus[key] = menu = menu_bar.addMenu(_(title))
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(lambda: greyed.tell(self.actions_by_id.values()))
            for one in in_menu(key):
                if one.starts_group:
                    menu.addSeparator()
                menu.addAction(self.actions_by_id[one.id])
        self.menus["build"].aboutToShow.connect(self.build_side.expect)
        self.corner_title = CornerTitle()
        menu_bar.setCornerWidget(self.corner_title)
        self.top_bar = TopBar(self.model, self.actions_by_id, self.map.colour_list)
        self.addToolBar(QtCore.Qt.ToolBarArea.TopToolBarArea, self.top_bar)
        self.status = StatusBar(self.model)
        self.setStatusBar(self.status)
        self.addActions(list(self.actions_by_id.values()))
        self.command_palette = Palette(self.model, self.actions_by_id, self)

    def _connect(self) -> None:
        model = self.model
        for signal in (model.opened, model.edited, model.alignment_changed,
                       model.current_changed, model.selection_changed,
                       model.held_changed):  # fmt: skip
            signal.connect(self.refresh_actions)
        model.opened.connect(self._on_opened)
        model.edited.connect(self._refresh_title)
        self.top_bar.colour_chosen.connect(self.map.set_colour_by)
        self.map.coloured.connect(self.top_bar.refresh_colours)
        self.map.files_dropped.connect(self._drop)
        self.map.inspector_requested.connect(lambda: self.show_right("inspector"))
        self.map.command.connect(self.run_command)
        self.map.build_wanted.connect(self.building.ask)
        self.map.layers.kept.connect(self._keep_layers)
        self.map.hint_changed.connect(self.status.show_hint)
        self.map.outside_target = self.territories_panel.territory_at
        self.welcome.command.connect(self.run_command)
        self.welcome.map_chosen.connect(self.files.start_from_map)
        self.welcome.plan_chosen.connect(lambda text: self.files.open_path(Path(text)))
        self.welcome.plan_forgotten.connect(self._forget_plan)
        self.welcome.files_dropped.connect(self._drop)
        going, found = self.map.going, self.command_palette
        found.finder.cities = going.cities
        found.show_units.connect(going.go_to_units)
        found.show_account.connect(going.go_to_account)
        found.show_place.connect(going.go_to_place)
        for signal in (found.show_units, found.show_account, found.show_place):
            signal.connect(lambda *_found: self.map.setFocus())

    # ------------------------------------------------------------------ documents
    def show_document(self, document: Document) -> None:
        """Work on a document; the one before is let go of (it is saved already)."""
        keeping.let_go(self.model, self.sample_copy)
        self.sample_copy = None
        self.model.open(document)
        if document.path is not None and not self.is_untitled():
            self.change_settings(recent=self.settings.with_recent(document.path).recent)

    def _on_opened(self) -> None:
        self.pages.setCurrentWidget(self.map)
        for dock in self.docks.values():
            dock.show()
        self.top_bar.show()
        self._fit_width()
        self._refresh_title()
        self.status.show_selection()
        self.map.setFocus()

    def is_untitled(self) -> bool:
        """Whether the open plan lives in the recovery folder."""
        from terradesk import paths

        path = self.model.document.path
        return path is None or paths.recovery_dir() in path.parents

    def plan_name(self) -> str:
        """Title of the plan, else the name of its file."""
        title = self.model.plan.setting("title")
        path = self.model.document.path
        if title or path is None or self.is_untitled():
            return title or _("Untitled plan")
        return path.stem

    def _refresh_title(self) -> None:
        name = self.plan_name()
        reason = keeping.read_only_reason(self.model.document)
        if reason:
            self.corner_title.set_state(name, reason, "lock", "warn")
            state = _("Read only")
        else:
            state = _("All changes saved")
            self.corner_title.set_state(name, state)
        self.setWindowTitle(f"{name} — {state}")

    def show_welcome(self) -> None:
        """Show the page without a plan; an open plan stays open behind it."""
        for dock in self.docks.values():
            dock.hide()
        self.rail.hide()
        self.top_bar.hide()
        self.status.forget()
        self.welcome.refresh(self.settings.recent, self.model.is_open)
        self.pages.setCurrentWidget(self.welcome)

    def back_to_plan(self) -> None:
        """Leave the welcome page for the plan that is still open."""
        if self.model.is_open:
            self._on_opened()

    # ------------------------------------------------------------------ commands of the window
    def run_command(self, action_id: str) -> None:
        """Run a command by the id of its action."""
        if action_id == "plan.back":
            self.back_to_plan()
            return
        self.actions_by_id[action_id].trigger()

    def refresh_actions(self, *_args: object) -> None:
        """Enable what can be done now; undo and redo say what they do."""
        state = self._state()
        for one in ACTIONS:
            self.actions_by_id[one.id].setEnabled(not one.needs or one.needs in state)
        undo, redo = self.actions_by_id["edit.undo"], self.actions_by_id["edit.redo"]
        can_step = self.model.is_open and not self.model.is_held
        undo_step = self.model.document.undo_step if can_step else None
        redo_step = self.model.document.redo_step if can_step else None
        undo.setEnabled(undo_step is not None)
        redo.setEnabled(redo_step is not None)
        undo.setToolTip(_("Undo: {text}").format(text=undo_step.text) if undo_step else _("Undo"))
        redo.setToolTip(_("Redo: {text}").format(text=redo_step.text) if redo_step else _("Redo"))
        for name, is_on in (("accounts", self.settings.show_accounts),
                            ("labels", self.settings.show_labels),
                            ("base", self.settings.show_base_map),
                            ("patterns", self.settings.show_patterns)):  # fmt: skip
            self.actions_by_id[f"view.{name}"].setChecked(is_on)

    def _state(self) -> set[str]:
        if not self.model.is_open or self.model.is_held:
            return set()
        plan, view = self.model.plan, self.model.view
        checks = {
            "plan": True,
            "units": len(plan.units) > 0,
            "territories": bool(view.leaves),
            "accounts": bool(view.overrides),
            "selection": len(self.model.selected_units) > 0,
            "current": self.model.current != UNASSIGNED
            or bool(self.territories_panel.selected_territories()),
        }
        return {name for name, is_so in checks.items() if is_so}

    def undo(self) -> None:
        """Undo; the message says what, the map shows where."""
        self._step_back(self.model.undo, _("There is nothing to undo."))

    def redo(self) -> None:
        """Redo what was undone."""
        self._step_back(self.model.redo, _("There is nothing to do again."))

    def _step_back(self, run: Callable[[], Any], nothing: str) -> None:
        focus = QtWidgets.QApplication.focusWidget()
        if isinstance(focus, QtWidgets.QLineEdit) and focus.isUndoAvailable():
            focus.undo()
            return
        if self.map.gestures.cancel():
            return  # what is being drawn is the latest thing there is to take back
        try:
            step = run()
        except Exception as error:
            self.tell_error(error)
            return
        self.model.say(step.text if step else nothing)
        if step is not None:
            rows = [c.rows for c in step.edit.changes if c.table == "assignment"]
            if rows:
                self.map.flash_units(np.unique(np.concatenate(rows)))

    def select_all(self) -> None:
        """Select every area."""
        self.model.select_units(all_units(self))

    def invert_selection(self) -> None:
        """Select what is not selected."""
        self.model.select_units(np.setdiff1d(all_units(self), self.model.selected_units))

    def select_none(self) -> None:
        """Select nothing."""
        self.model.select_units(np.empty(0, np.int32))
        self.model.select_accounts(np.empty(0, np.int32))

    def toggle_panels(self, are_hidden: bool) -> None:
        """Hide all panels, or bring them back."""
        for dock in self.docks.values():
            dock.setVisible(not are_hidden)
        self.rail.setVisible(not are_hidden and self._is_small())
        if not are_hidden:
            self._fit_width()

    def use_theme(self, dark: bool) -> None:
        """Show everything in the light or the dark theme."""
        app = QtWidgets.QApplication.instance()
        assert isinstance(app, QtWidgets.QApplication)
        theme.apply(app, dark)
        for one in ACTIONS:
            if one.icon:
                self.actions_by_id[one.id].setIcon(theme.icon(one.icon))
        self.top_bar.scenario.setIcon(theme.icon("layers-2"))
        self.map.restyle()
        for panel in (*self.panels.values(), self.welcome):
            if hasattr(panel, "restyle"):
                panel.restyle()
        if self.model.is_open:
            self._refresh_title()

    def show_right(self, name: str) -> None:
        """Bring a panel of the right dock to the front, or lay it over the map."""
        self.right.show_alone(None)
        if self._is_small():
            self.rail.open_panel(self.panels[name])
        else:
            self.right.show_panel(self.panels[name])

    # ------------------------------------------------------------------ telling the user
    def tell_error(self, error: BaseException) -> None:
        """Show an error in the message box."""
        errors.show_error(self, error)

    def show_job(self, job: Job) -> None:
        """Show a job's progress and its cancel button."""
        self.status.watch(job)

    def tell_exported(self, text: str, folder: Path) -> None:
        """Say what was written, with a way to its folder."""
        self.map.show_message(text, _("Open the folder"), lambda: self.files.open_folder(folder))

    def offer_balance_measure(self) -> None:
        """After the first accounts: offer to balance by their revenue."""
        self.panels["balance"].offer_revenue()  # type: ignore[attr-defined]

    def show_tips(self) -> None:
        """Show the tips of the sample plan."""
        self.helping.show_tips()

    # ------------------------------------------------------------------ size, drops, end
    def _is_small(self) -> bool:
        return self.width() < theme.SMALL_WINDOW

    def _fit_width(self) -> None:
        """Below 1440 px the right dock is a rail, and the tree is narrower."""
        if self.pages.currentWidget() is not self.map:
            return
        is_small = self._is_small()
        if not is_small and self.rail.is_open:
            self.rail.close_panel()
        has_panels = not self.actions_by_id["view.panels"].isChecked()
        self.right.setVisible(has_panels and not is_small)
        self.rail.setVisible(has_panels and is_small)
        if is_small != self.property("was_small"):
            self.setProperty("was_small", is_small)
            QtCore.QTimer.singleShot(0, self, self._size_docks)
            self.territories_panel.set_small(is_small)
            QtCore.QTimer.singleShot(0, self, self.build_side.fit)

    def _size_docks(self) -> None:
        """Give the docks the widths of the window's size, once its layout has settled."""
        is_small = self._is_small()
        wide = {self.left: theme.WIDTH["tree_small" if is_small else "tree"]}
        if not is_small:
            wide[self.right] = self.build_side.width
        self.resizeDocks(list(wide), list(wide.values()), QtCore.Qt.Orientation.Horizontal)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Docks follow the width."""
        super().resizeEvent(event)
        self._fit_width()

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Open or import dropped files."""
        self._drop([url.toLocalFile() for url in event.mimeData().urls()])

    def _keep_layers(self, changes: dict[str, Any]) -> None:
        """Layers of the map were switched or moved: the View menu shows the same."""
        self.change_settings(**changes)
        self.refresh_actions()

    def _forget_plan(self, text: str) -> None:
        """Take a plan off the list of recent ones."""
        self.change_settings(recent=tuple(p for p in self.settings.recent if p != text))

    def _drop(self, files: list[str]) -> None:
        self.files.files_dropped([Path(text) for text in files if text])

    def change_settings(self, **changes: Any) -> None:
        """Change settings of the user and keep them."""
        self.settings = replace(self.settings, **changes)
        settings.save(self.settings)

    def _restore_layout(self) -> None:
        room = self.screen().availableGeometry().size() - _FRAME
        self.resize(room.boundedTo(_SIZE))
        with contextlib.suppress(ValueError):
            self.restoreGeometry(base64.b64decode(self.settings.geometry))
            self.restoreState(base64.b64decode(self.settings.docks), self._docks_version())
        self.map.layers.restore(self.settings)
        self.map.set_look(self.settings.palette, self.settings.show_patterns)
        self.map.set_length_unit(self.settings.length_unit)
        self.panels["build"].length_unit = self.settings.length_unit  # type: ignore[attr-defined]
        self.map.set_touchpad_pans(self.settings.touchpad_pans)
        self.map.gestures.recall(self.settings.tools)
        self.map.going.inset.set_folded(self.settings.folds_overview)

    def _docks_version(self) -> int:
        """Places of docks are left and right, so those of a mirrored window are others."""
        return int(self.isRightToLeft())

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Everything is saved already: only the layout is kept."""
        if self.model.is_open and self.pages.currentWidget() is self.map:
            self.change_settings(
                geometry=base64.b64encode(self.saveGeometry().data()).decode(),
                docks=base64.b64encode(self.saveState(self._docks_version()).data()).decode(),
                tools=self.map.gestures.kept(),
                folds_overview=self.map.going.inset.is_folded,
            )
        keeping.let_go(self.model, self.sample_copy)
        super().closeEvent(event)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """When the window comes to the front: has another program changed the file?"""
        super().changeEvent(event)
        is_front = event.type() == QtCore.QEvent.Type.ActivationChange and self.isActiveWindow()
        path = keeping.path_to_reload(self.model, self) if is_front else None
        if path is not None:
            self.files.open_path(path)
