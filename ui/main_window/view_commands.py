"""Commands on what is seen: zoom, layers, panels, theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terradesk.i18n import _

from .. import theme

if TYPE_CHECKING:
    from .window import MainWindow


class ViewCommands:
    """Handlers of the View menu and of the panels' names.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def copy_picture(self) -> None:
        """Put a picture of the map on the clipboard."""
        self._window.map.copy_picture()
        self._window.model.say(_("The map is on the clipboard."))

    def show_palette(self) -> None:
        """Search territories, areas and accounts, or run a command."""
        self._window.command_palette.open_over(self._window)

    def zoom_home(self) -> None:
        """Show the part of the plan that matters."""
        self._window.map.zoom_home()

    def zoom_selection(self) -> None:
        """Zoom to the selected areas."""
        self._window.map.zoom_to_units(self._window.model.selected_units)

    def zoom_territory(self) -> None:
        """Zoom to the current territory."""
        self._window.map.zoom_to_territory(self._window.model.current)

    def open_map_menu(self) -> None:
        """The menu of a right click, for the selection."""
        self._window.map.going.open_menu()

    def view_back(self) -> None:
        """Show what was seen before."""
        self._window.map.going.back()

    def view_forward(self) -> None:
        """Undo going back."""
        self._window.map.going.forward()

    def measure_distance(self) -> None:
        """Take the measuring line in hand."""
        self._window.map.set_tool("measure")
        self._window.map.setFocus()

    def select_by(self) -> None:
        """Open the panel that selects by code, query and more."""
        self._window.map.going.open_select_by()

    def grow_selection(self) -> None:
        """Take the neighbours into the selection."""
        self._window.map.going.grow(1)

    def shrink_selection(self) -> None:
        """Take the outer areas out of the selection."""
        self._window.map.going.grow(-1)

    def zoom_in(self) -> None:
        """Zoom in at the middle."""
        self._window.map.zoom_by(1.5)

    def zoom_out(self) -> None:
        """Zoom out at the middle."""
        self._window.map.zoom_by(1 / 1.5)

    def toggle_accounts(self, is_on: bool) -> None:
        """Show or hide the accounts on the map."""
        self._window.change_settings(show_accounts=is_on)
        self._window.map.set_accounts_shown(is_on)

    def toggle_labels(self, is_on: bool) -> None:
        """Show or hide the names of territories."""
        self._window.change_settings(show_labels=is_on)
        self._window.map.set_labels_shown(is_on)

    def toggle_base_map(self, is_on: bool) -> None:
        """Show or hide land, water and cities."""
        self._window.change_settings(show_base_map=is_on)
        self._window.map.set_base_map_shown(is_on)

    def toggle_patterns(self, is_on: bool) -> None:
        """Hatch territories and classes beside their colours, or not."""
        self._window.change_settings(show_patterns=is_on)
        self._window.map.set_look(self._window.settings.palette, is_on)

    def choose_colours(self) -> None:
        """Open the list of "Colour by"."""
        self._window.top_bar.open_colours()

    def show_layers(self) -> None:
        """Open the list of layers on the map."""
        self._window.map.layer_list.set_open(True)

    def toggle_full_screen(self, is_on: bool) -> None:
        """Use the whole screen, or the window again."""
        if is_on:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    def toggle_theme(self) -> None:
        """Switch between light and dark."""
        self._window.change_settings(theme="light" if theme.is_dark() else "dark")
        self._window.use_theme(not theme.is_dark())

    def show_balance(self) -> None:
        """Bring the Balance panel to the front."""
        self._window.show_right("balance")

    def show_inspector(self) -> None:
        """Bring the Inspector to the front."""
        self._window.show_right("inspector")

    def show_build(self) -> None:
        """Open the Build panel."""
        self._window.panels["build"].open()  # type: ignore[attr-defined]

    def show_history(self) -> None:
        """Open the History table."""
        self._window.bottom.show_panel(self._window.panels["history"])
