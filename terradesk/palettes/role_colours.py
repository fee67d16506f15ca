"""Colour roles: what a colour is for, in the light and the dark theme."""

from __future__ import annotations

ROLES: dict[str, tuple[str, str]] = {
    "window": ("#F3F4F6", "#15181C"),
    "panel": ("#FBFBFC", "#1B1F24"),
    "raised": ("#FFFFFF", "#252A31"),
    "field": ("#FFFFFF", "#14171B"),
    "hover": ("#E9ECF0", "#2A3038"),
    "pressed": ("#DDE2E8", "#343B45"),
    "line": ("#DDE1E6", "#2E343C"),
    "outline": ("#878F9B", "#6D7784"),
    "shadow": ("#1B243318", "#00000070"),
    "text": ("#1B2330", "#E7EAEE"),
    "text2": ("#4C5665", "#AEB7C2"),
    "text3": ("#626C7B", "#8F99A6"),
    "on_accent": ("#FFFFFF", "#0C1524"),
    "accent": ("#2458D3", "#86AEFF"),
    "accent_hover": ("#1C47AE", "#A5C3FF"),
    "accent_soft": ("#E3EBFC", "#22324F"),
    "accent_text": ("#1F4DBB", "#A9C5FF"),
    "over": ("#AD4A08", "#F2A25C"),
    "over_bar": ("#D06F20", "#D98440"),
    "under": ("#6A45B8", "#BDA2F5"),
    "under_bar": ("#8D70CF", "#9377D6"),
    "ok": ("#1C7350", "#62C79B"),
    "ok_bar": ("#7C8898", "#77828F"),
    "band": ("#E6EAEF", "#272D35"),
    "target": ("#3F4957", "#C3CAD3"),
    "error": ("#B3261E", "#FF8F86"),
    "warn": ("#8F5A00", "#F0BE62"),
    "warn_soft": ("#FCF1DB", "#372C18"),
    "water": ("#DCE7EE", "#0F1418"),
    "land": ("#EEEDE8", "#1E2227"),
    "paper": ("#F8F6F0", "#2A2F35"),
    "hatch": ("#C9C5BA", "#454C55"),
    "coast": ("#B4C3CE", "#3A444E"),
    "unit_line": ("#2A354526", "#FFFFFF1C"),
    "state_line": ("#2A354559", "#FFFFFF42"),
    "territory_line": ("#FFFFFF", "#0E1216"),
    "territory_core": ("#3C4757", "#B9C2CD"),
    "label": ("#18202C", "#F1F4F7"),
    "halo": ("#FFFFFFD8", "#0D1115D0"),
    "place": ("#5A6574", "#98A3AF"),
    "sea_text": ("#5D7C91", "#6F8698"),
    "account": ("#27303D", "#F3F6FA"),
    "casing": ("#FFFFFF", "#0B0E12"),
    "select": ("#1D4FD0", "#8DB4FF"),
    "select_tint": ("#2458D347", "#86AEFF4D"),
}
"""Role -> (light, dark), as #RRGGBB or #RRGGBBAA."""


def roles(dark: bool = False) -> dict[str, str]:
    """Every colour role of one theme.

    Returns
    -------
    dict
        Role name to ``#RRGGBB`` or ``#RRGGBBAA``.
    """
    return {name: pair[int(dark)] for name, pair in ROLES.items()}
