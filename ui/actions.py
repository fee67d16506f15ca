"""ACTIONS: every command of the window as pure data; the window binds the handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6 import QtCore, QtGui

from terradesk.i18n import N_, _

from . import theme


@dataclass(frozen=True, slots=True)
class Action:
    """One command.

    Parameters
    ----------
    id : str
        Stable name, e.g. ``"file.open"``; the part before the dot is the menu.
    text : str
        Untranslated text of the menu entry.
    handler : str
        Method of the window that does it.
    icon : str
        Name in the icon set, "" for none.
    shortcut : str
        Key sequence; those that act only on the map are handled there and have ``on_map``.
    words : str
        Other words that the command palette finds it by (the trade's terms among them).
    needs : {"", "plan", "units", "territories", "accounts", "selection", "current"}
        What must be there for it to be enabled.
    is_checkable : bool
    on_map : bool
    starts_group : bool
        Whether a line goes above it in the menu.
    """

    id: str
    text: str
    handler: str
    icon: str = ""
    shortcut: str = ""
    words: str = ""
    needs: str = "plan"
    is_checkable: bool = False
    on_map: bool = False
    starts_group: bool = False

    @property
    def menu(self) -> str:
        """Id of the menu it belongs to."""
        return self.id.split(".")[0]


MENUS = (
    ("file", N_("&File")),
    ("edit", N_("&Edit")),
    ("view", N_("&View")),
    ("territory", N_("&Territory")),
    ("build", N_("&Build")),
    ("analyse", N_("&Analyse")),
    ("export", N_("E&xport")),
    ("help", N_("&Help")),
)

ACTIONS = (
    Action("file.welcome", N_("New plan…"), "show_welcome", "map", "Ctrl+N", needs=""),
    Action("file.open", N_("Open a plan…"), "open_plan", "folder-open", "Ctrl+O", needs=""),
    Action("file.sample", N_("Open the sample plan"), "open_sample", "sparkles", needs=""),
    Action(
        "file.import", N_("Import…"), "import_file", "file-up", "Ctrl+I",
        N_("add accounts customers prospects spreadsheet Excel CSV boundaries shapefile "
           "GeoPackage GeoJSON alignment reps actuals figures postcodes update"),
        needs="", starts_group=True,
    ),
    Action(
        "file.boundaries", N_("New plan from a boundary file…"), "import_boundaries", "layers",
        words=N_("import shapefile GeoPackage GeoJSON map start"), needs="",
    ),
    Action("file.imports", N_("Imports…"), "show_imports", "history",
           words=N_("report past files rows left out unplaced spreadsheet")),
    Action("file.place_again", N_("Place accounts again…"), "place_again", "map-pin",
           words=N_("geocode unplaced postcode places"), needs="plan"),
    Action("file.save", N_("Name this version…"), "name_version", "save", "Ctrl+S",
           starts_group=True),
    Action("file.copy", N_("Save a copy…"), "save_copy", "copy", "Ctrl+Shift+S"),
    Action("file.settings", N_("Settings…"), "show_settings", "settings", "Ctrl+,", needs="",
           starts_group=True),
    Action("file.quit", N_("Quit"), "close", "", "Ctrl+Q", needs="", starts_group=True),
    Action("edit.undo", N_("Undo"), "undo", "undo-2", "Ctrl+Z"),
    Action("edit.redo", N_("Redo"), "redo", "redo-2", "Ctrl+Shift+Z"),
    Action("edit.all", N_("Select all"), "select_all", "", "Ctrl+A", needs="units",
           starts_group=True),
    Action("edit.invert", N_("Invert the selection"), "invert_selection", "", "Ctrl+Shift+I",
           needs="units"),
    Action("edit.none", N_("Select nothing"), "select_none", "", "Ctrl+Shift+A"),
    Action("edit.select_by", N_("Select by…"), "select_by", "funnel", "Ctrl+G", needs="plan",
           words=N_("query filter range prefix ZIP codes within radius same state formula")),
    Action("edit.grow", N_("Grow the selection by its neighbours"), "grow_selection", "", ".",
           needs="units", on_map=True),
    Action("edit.shrink", N_("Shrink the selection"), "shrink_selection", "", ",",
           needs="units", on_map=True),
    Action("edit.here", N_("What can be done here…"), "open_map_menu", "ellipsis", "Shift+F10",
           on_map=True, words=N_("context menu right click")),
    Action("edit.copy_map", N_("Copy map picture"), "copy_picture", "image", "Ctrl+Shift+C",
           starts_group=True),
    Action("edit.search", N_("Search or run a command"), "show_palette", "search", "Ctrl+K",
           needs="", starts_group=True),
    Action("view.home", N_("Show the whole plan"), "zoom_home", "maximize", "Home", on_map=True),
    Action("view.selection", N_("Zoom to the selection"), "zoom_selection", "zoom-in", "Z",
           needs="selection", on_map=True),
    Action("view.territory", N_("Zoom to the current territory"), "zoom_territory", "zoom-in",
           needs="current"),
    Action("view.back", N_("Back to the view before"), "view_back", "arrow-left", "Alt+Left"),
    Action("view.forward", N_("Forward to the next view"), "view_forward", "arrow-right",
           "Alt+Right"),
    Action("view.in", N_("Zoom in"), "zoom_in", "plus", "Ctrl++"),
    Action("view.out", N_("Zoom out"), "zoom_out", "minus", "Ctrl+-"),
    Action("view.accounts", N_("Show accounts on the map"), "toggle_accounts", "map-pin",
           is_checkable=True, starts_group=True),
    Action("view.labels", N_("Show territory names"), "toggle_labels", "tag", is_checkable=True),
    Action("view.base", N_("Show the base map"), "toggle_base_map", "globe", is_checkable=True),
    Action("view.measure", N_("Measure a distance"), "measure_distance", "ruler", "M",
           on_map=True, words=N_("ruler length area km miles")),
    Action("view.patterns", N_("Patterns beside colours"), "toggle_patterns", is_checkable=True,
           words=N_("hatch colour-blind black and white print")),
    Action("view.colours", N_("Colour by…"), "choose_colours", "palette",
           words=N_("measure classes legend choropleth heat map")),
    Action("view.layers", N_("Layers…"), "show_layers", "layers",
           words=N_("reference overlay picture MBTiles GeoTIFF order opacity transparency")),
    Action("view.panels", N_("Hide all panels"), "toggle_panels", "", "F9", is_checkable=True,
           starts_group=True),
    Action("view.theme", N_("Switch between light and dark"), "toggle_theme", "moon", needs="",
           words=N_("dark mode theme")),
    Action("view.full", N_("Full screen"), "toggle_full_screen", "", "F11", needs="",
           is_checkable=True),
    Action("territory.new", N_("New territory from the selection"), "new_territory", "plus", "N",
           on_map=True, needs="units"),
    Action("territory.assign", N_("Assign the selection to the current territory"),
           "assign_selection", "check", "Return", needs="selection", on_map=True),
    Action("territory.unassign", N_("Unassign the selection"), "unassign_selection", "eraser",
           "Del", needs="selection", on_map=True),
    Action("territory.current", N_("Choose the current territory…"), "choose_current", "target",
           "T", on_map=True, needs="territories"),
    Action("territory.start", N_("Start territories from…"), "start_territories", "split",
           words=N_("column file owner number empty alignment import"), needs="units",
           starts_group=True),
    Action("territory.group", N_("New region"), "new_group", "layers-2",
           words=N_("district hierarchy group"), needs="territories"),
    Action("territory.rename", N_("Rename…"), "rename_territory", "pencil", "F2", needs="current",
           starts_group=True),
    Action("territory.colour", N_("Change the colour…"), "recolour_territory", "palette",
           needs="current"),
    Action("territory.differ", N_("Give neighbours different colours"), "differ_colours",
           needs="territories", words=N_("palette recolour similar fill")),
    Action("territory.homes", N_("Use the homes of reps as start points"), "start_at_homes", "flag",
           needs="territories", words=N_("start point seed home rep")),
    Action("territory.lock", N_("Lock or unlock"), "toggle_lock", "lock", "Ctrl+L",
           needs="current"),
    Action("territory.merge", N_("Merge the selected territories"), "merge_territories", "merge",
           needs="territories"),
    Action("territory.delete", N_("Delete the territory"), "delete_territory", "trash-2",
           needs="current"),
    Action("territory.named", N_("Return named accounts to their area"), "return_accounts",
           "user-minus", words=N_("override named account exception"), needs="accounts",
           starts_group=True),
    Action("build.build", N_("Build territories…"), "show_build", "wand-sparkles", "Ctrl+B",
           needs="units",
           words=N_("optimise balance rebalance automatic realign solver generate equalise")),
    Action("build.rebalance", N_("Rebalance…"), "rebalance", "scale", needs="territories",
           words=N_("realign improve even out tolerance keep")),
    Action("build.fill", N_("Fill what is unassigned"), "fill_unassigned", "paint-bucket",
           needs="territories", words=N_("complete give out rest white space")),
    Action("build.carve", N_("Carve out a new territory…"), "carve_territory", "user-plus",
           needs="territories", words=N_("new rep hire add territory")),
    Action("build.divide", N_("Divide among neighbours"), "divide_territory", "user-minus",
           needs="current", words=N_("absorb rep left remove territory vacancy")),
    Action("build.split", N_("Split into…"), "split_territory", "split", needs="current",
           words=N_("parts divide cut balanced")),
    Action("build.rebuild", N_("Rebuild these territories"), "rebuild_territories", "refresh-cw",
           needs="current", words=N_("selected only redraw")),
    Action("build.share", N_("Share out the selection"), "share_selection", "square-dashed",
           needs="selection", words=N_("selected areas only distribute")),
    Action("build.nested", N_("Territories within regions…"), "build_within_regions", "layers-2",
           needs="units", words=N_("top down nested district state hierarchy")),
    Action("build.try", N_("Try something"), "try_something", "git-compare", "Ctrl+D",
           starts_group=True, words=N_("scenario copy duplicate what if")),
    Action("build.scenario_rename", N_("Rename the scenario…"), "rename_scenario", "pencil",
           words=N_("scenario name")),
    Action("build.baseline", N_("Make this scenario the baseline"), "make_baseline", "flag",
           words=N_("scenario baseline compare disruption")),
    Action("build.replace", N_("Replace the original with this copy"), "replace_original", "check",
           words=N_("scenario keep replace")),
    Action("build.discard", N_("Discard this scenario"), "discard_scenario", "trash-2",
           words=N_("scenario delete")),
    Action("analyse.balance", N_("Balance"), "show_balance", "scale",
           words=N_("tolerance target deviation index CV Gini")),
    Action("analyse.swaps", N_("Suggest moves…"), "suggest_moves", "sparkles",
           needs="territories", words=N_("swap finder exchange tolerance fewest changes")),
    Action("analyse.helps", N_("What would bring it within tolerance?"), "suggest_for_chosen",
           "circle-help", needs="current", words=N_("swap moves territory over under")),
    Action("analyse.targets", N_("Targets…"), "edit_targets", "target", needs="territories",
           words=N_("quota goal ideal")),
    Action("analyse.measures", N_("Measures…"), "show_measures", "sigma", starts_group=True,
           words=N_("delete measure rename format unit figures list")),
    Action("analyse.new_measure", N_("New measure from a formula…"), "new_measure", "plus",
           words=N_("calculate workload column compute")),
    Action("analyse.share_out", N_("Share a figure out to accounts…"), "share_out", "split",
           needs="units", words=N_("allocate allocation distribute proportion")),
    Action("analyse.roll_up", N_("Roll accounts up to areas…"), "roll_up", "layers-2",
           needs="units", words=N_("aggregate count sum average per area")),
    Action("analyse.currencies", N_("Currencies and rates…"), "edit_rates", "refresh-cw",
           words=N_("exchange rate convert money EUR USD")),
    Action("analyse.inspector", N_("Inspector"), "show_inspector", "info", "F4",
           words=N_("why is this here explain"), starts_group=True),
    Action("analyse.history", N_("History"), "show_history", "history", "Ctrl+H",
           words=N_("versions steps audit undo")),
    Action("export.workbook", N_("Excel workbook…"), "export_workbook", "file-spreadsheet",
           "Ctrl+E", N_("xlsx spreadsheet hand over")),
    Action("export.shapefile", N_("Shapefiles…"), "export_shapefile", "layers",
           words=N_("GIS ESRI hand over"), needs="units"),
    Action("export.csv", N_("Assignment as CSV…"), "export_csv", "table",
           words=N_("equivalency UnitID TerritoryID"), needs="units"),
    Action("export.html", N_("Interactive map…"), "export_html", "globe",
           words=N_("web HTML folium Leaflet"), needs="units"),
    Action("export.png", N_("Map as picture…"), "export_png", "image", words="PNG", needs="units"),
    Action("export.pdf", N_("Map as PDF…"), "export_pdf", "printer", words="PDF print",
           needs="units"),
    Action("export.svg", N_("Map as SVG…"), "export_svg", "pentagon",
           words=N_("vector drawing Illustrator Inkscape"), needs="units"),
    Action("help.tips", N_("Show the tips again"), "show_tips", "circle-help"),
    Action("help.keys", N_("Keys and mouse"), "show_keys", "keyboard", "F1", needs=""),
    Action("help.about", N_("About TerraDesk"), "show_about", "info", needs=""),
)  # fmt: skip


def make_actions(
    owner: QtCore.QObject,
    shortcuts: dict[str, str],
    handler_of: Callable[[str], Callable[..., object]],
) -> dict[str, QtGui.QAction]:
    """A QAction for each of `ACTIONS`, bound to the methods of its owner.

    Parameters
    ----------
    owner : QObject
        Parent of the actions.
    shortcuts : dict
        Key sequences the user chose, by action id.
    handler_of : callable
        Gives the method for a handler's name.
    """
    out: dict[str, QtGui.QAction] = {}
    for one in ACTIONS:
        action = QtGui.QAction(_(one.text), owner)
        action.setObjectName(one.id)
        action.setCheckable(one.is_checkable)
        if one.icon:
            action.setIcon(theme.icon(one.icon))
        action.triggered.connect(handler_of(one.handler))
        out[one.id] = action
    give_shortcuts(out, shortcuts)
    return out


_ALSO = {"edit.redo": "Ctrl+Y"}  # what spreadsheets on Windows have


def give_shortcuts(actions_by_id: dict[str, QtGui.QAction], shortcuts: dict[str, str]) -> None:
    """Give each action the keys the user chose, else its own."""
    for one in ACTIONS:
        action = actions_by_id[one.id]
        keys = shortcuts.get(one.id, one.shortcut)
        if not one.on_map:
            also = _ALSO.get(one.id, "") if keys == one.shortcut else ""
            action.setShortcuts([QtGui.QKeySequence(text) for text in (keys, also) if text])
        elif keys:
            action.setText(f"{_(one.text)}\t{_key_text(keys)}")
        plain = _(one.text).replace("…", "")
        action.setToolTip(f"{plain} ({_key_text(keys)})" if keys else plain)


def _key_text(keys: str) -> str:
    return QtGui.QKeySequence(keys).toString(QtGui.QKeySequence.SequenceFormat.NativeText)


def in_menu(menu: str) -> Iterator[Action]:
    """Actions of one menu, in order."""
    return (a for a in ACTIONS if a.menu == menu)


def found(text: str) -> list[Action]:
    """Actions whose text or other words fit what was typed, best first."""
    from rapidfuzz import fuzz

    words = text.casefold().strip()
    if not words:
        return list(ACTIONS)
    scored = []
    for one in ACTIONS:
        own, other = _(one.text).casefold(), _(one.words).casefold()
        score = max(fuzz.partial_ratio(words, own), 0.9 * fuzz.partial_ratio(words, other))
        score += 20 if words in own else 10 if words in other else 0
        scored.append((score, one))
    scored.sort(key=lambda pair: -pair[0])
    return [one for score, one in scored if score >= 70]
