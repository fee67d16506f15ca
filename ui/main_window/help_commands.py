"""Commands that explain: tips, keys, settings, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terradesk.i18n import _

from ..actions import give_shortcuts

if TYPE_CHECKING:
    from .window import MainWindow


class HelpCommands:
    """Handlers of the Help menu and of Settings.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show_tips(self) -> None:
        """Show the strip of tips of this plan, first one first."""
        self._window.map.show_tips()

    def show_keys(self) -> None:
        """Show what the keys and the mouse do."""
        from ..dialogs.keys import Keys

        Keys(self._window).open()

    def show_settings(self) -> None:
        """Show the settings; theme and units of length take effect at once."""
        from ..dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._window.settings, self._window)
        dialog.settings_changed.connect(self._changed)
        dialog.open()

    def _changed(self, changes: dict[str, object]) -> None:
        from .. import theme

        window = self._window
        before = window.settings
        window.change_settings(**changes)
        if window.settings.theme != before.theme:
            dark = theme.wants_dark(window.settings.theme)
            if dark != theme.is_dark():
                window.use_theme(dark)
        if window.settings.shortcuts != before.shortcuts:
            give_shortcuts(window.actions_by_id, window.settings.shortcuts)
        if window.settings.palette != before.palette:
            window.map.set_look(window.settings.palette, window.settings.show_patterns)
            window.use_theme(theme.is_dark())
        window.map.set_length_unit(window.settings.length_unit)
        window.panels["build"].length_unit = window.settings.length_unit  # type: ignore[attr-defined]
        window.map.set_touchpad_pans(window.settings.touchpad_pans)
        if window.settings.language != before.language:
            window.model.say(_("The language changes when TerraDesk starts again."))

    def show_about(self) -> None:
        """Show version, licences and where the data comes from."""
        from ..dialogs.about import About

        About(self._window).open()

    def edit_targets(self) -> None:
        """Show the targets of the territories."""
        from ..dialogs.targets import Targets

        Targets(self._window.model, self._window).open()
