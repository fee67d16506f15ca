"""Settings of the user (not of a plan): one frozen dataclass over QSettings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from PySide6 import QtCore

N_RECENT = 12


@dataclass(frozen=True, slots=True)
class Settings:
    """Each setting with its type and default, once.

    ``theme`` is system, light or dark; ``palette`` one of `terradesk.palettes.TERRITORY_PALETTES`;
    ``length_unit`` km or mi; ``recent`` paths of plans, latest first; ``shortcuts`` maps action
    ids to key sequences the user chose; ``geometry`` and ``docks`` are the window's own bytes in
    base64; ``tools`` what the strip was set to for each tool.
    """

    language: str = "en"
    theme: str = "system"
    length_unit: str = "km"
    touchpad_pans: bool = True
    show_accounts: bool = True
    show_labels: bool = True
    show_base_map: bool = True
    hidden_layers: tuple[str, ...] = ("homes",)
    layer_order: tuple[str, ...] = ()
    fill_opacity: int = 100
    show_patterns: bool = False
    folds_overview: bool = False
    palette: str = "muted"
    last_folder: str = ""
    recent: tuple[str, ...] = ()
    shortcuts: dict[str, str] = field(default_factory=dict)
    geometry: str = ""
    docks: str = ""
    tools: dict[str, dict[str, object]] = field(default_factory=dict)

    def with_recent(self, path: Path | str) -> Settings:
        """These settings with a plan put first among the recent ones."""
        text = str(path)
        others = [p for p in self.recent if p != text]
        return replace(self, recent=(text, *others)[:N_RECENT])


def load() -> Settings:
    """Settings of the user; what cannot be read has its default."""
    store, defaults = _store(), Settings()
    values: dict[str, object] = {}
    for one in fields(Settings):
        text = store.value(one.name)
        if not isinstance(text, str):
            continue
        try:
            value = json.loads(text)
        except ValueError:
            continue
        default = getattr(defaults, one.name)
        value = tuple(str(v) for v in value) if isinstance(default, tuple) else value
        if type(value) is type(default):
            values[one.name] = value
    return Settings(**values)  # type: ignore[arg-type]


def save(settings: Settings) -> None:
    """Keep settings for the next start."""
    store = _store()
    for name, value in asdict(settings).items():
        store.setValue(name, json.dumps(value))
    store.sync()


def _store() -> QtCore.QSettings:
    return QtCore.QSettings(
        QtCore.QSettings.Format.IniFormat,
        QtCore.QSettings.Scope.UserScope,
        "TerraDesk",
        "TerraDesk",
    )
