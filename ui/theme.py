"""Colours, icons, fonts and style sheet of the window: light and dark from one table of roles."""

from __future__ import annotations

from functools import lru_cache
from string import Template

from PySide6 import QtCore, QtGui, QtSvg, QtWidgets

from terradesk import palettes, paths

HEIGHT = {
    "menu": 32, "toolbar": 44, "control": 28, "tab": 32, "row": 26, "bar_row": 22,
    "status": 26, "tool": 32, "strip": 38, "chip": 30, "message": 34,
}  # fmt: skip
WIDTH = {
    "tree": 296, "tree_small": 248, "balance": 304, "build": 376, "rail": 44, "palette": 42,
}  # fmt: skip
SMALL_WINDOW = 1440
"""Below this width the right dock is a rail and the tree is narrower."""


class _State:
    is_dark = False
    family = "Noto Sans"
    roles: dict[str, str] = palettes.roles(False)
    territories = palettes.TERRITORY_PALETTES[0]


def roles() -> dict[str, str]:
    """Colour roles of the theme in use as #RRGGBB or #RRGGBBAA."""
    return _State.roles


def is_dark() -> bool:
    """Whether the dark theme is in use."""
    return _State.is_dark


def colour(role: str) -> QtGui.QColor:
    """A role as QColor, alpha included."""
    return to_qcolor(_State.roles[role])


def to_qcolor(text: str) -> QtGui.QColor:
    """#RRGGBB or #RRGGBBAA as QColor."""
    out = QtGui.QColor(text[:7])
    if len(text) == 9:
        out.setAlpha(int(text[7:], 16))
    return out


def territory_colour(index: int) -> QtGui.QColor:
    """Fill of a territory in the theme in use."""
    fills = palettes.territory_colours(_State.is_dark, _State.territories)
    return QtGui.QColor(fills[index % len(fills)])


def territory_palette() -> str:
    """Name of the set of territory fills in use, see `palettes.TERRITORY_PALETTES`."""
    return _State.territories


def use_territory_palette(name: str) -> None:
    """Use another set of territory fills from now on."""
    _State.territories = name if name in palettes.TERRITORY_PALETTES else "muted"


def font(px: int = 13, bold: bool = False) -> QtGui.QFont:
    """The window's font in one of its sizes, with figures of equal width."""
    out = QtGui.QFont(_State.family)
    out.setPixelSize(px)
    out.setBold(bold)
    out.setFeature(QtGui.QFont.Tag("tnum"), 1)
    return out


def pixmap(name: str, role: str = "text2", size: int = 16, scale: float = 2.0) -> QtGui.QPixmap:
    """An icon of the icon set in the colour of a role."""
    return _pixmap(name, _State.roles.get(role, role), size, scale)


@lru_cache(maxsize=512)
def _pixmap(name: str, ink: str, size: int, scale: float) -> QtGui.QPixmap:
    svg = paths.resource("icons", f"{name}.svg").read_text("utf-8")
    svg = svg.replace("currentColor", ink[:7]).replace('stroke-width="2"', 'stroke-width="1.8"')
    out = QtGui.QPixmap(round(size * scale), round(size * scale))
    out.setDevicePixelRatio(scale)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    QtSvg.QSvgRenderer(QtCore.QByteArray(svg.encode())).render(
        painter, QtCore.QRectF(0, 0, size, size)
    )
    painter.end()
    return out


def icon(name: str, role: str = "text2", size: int = 16) -> QtGui.QIcon:
    """An icon with a fainter picture for when it is disabled."""
    out = QtGui.QIcon(pixmap(name, role, size))
    out.addPixmap(pixmap(name, "outline", size), QtGui.QIcon.Mode.Disabled)
    return out


def wants_dark(choice: str) -> bool:
    """Whether the user's choice (system, light or dark) means the dark theme now."""
    if choice != "system":
        return choice == "dark"
    hints = QtGui.QGuiApplication.styleHints()
    return hints.colorScheme() == QtCore.Qt.ColorScheme.Dark


def apply(app: QtWidgets.QApplication, dark: bool) -> None:
    """Give the application its style, palette, fonts and style sheet."""
    _State.is_dark = dark
    _State.roles = palettes.roles(dark)
    _load_fonts()
    app.setStyle("Fusion")
    app.setPalette(_palette())
    app.setFont(font())
    app.setStyleSheet(style_sheet())


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    for path in sorted(paths.resource("fonts").glob("*.ttf")):
        QtGui.QFontDatabase.addApplicationFont(str(path))


def _palette() -> QtGui.QPalette:
    out, group = QtGui.QPalette(), QtGui.QPalette.ColorRole
    pairs = {
        group.Window: "window", group.Base: "field", group.AlternateBase: "panel",
        group.WindowText: "text", group.Text: "text", group.ButtonText: "text",
        group.Button: "window", group.Highlight: "accent_soft", group.HighlightedText: "text",
        group.ToolTipBase: "raised", group.ToolTipText: "text", group.Link: "accent_text",
        group.PlaceholderText: "text3", group.Accent: "accent",
    }  # fmt: skip
    for where, role in pairs.items():
        out.setColor(where, colour(role))
    for where in (group.WindowText, group.Text, group.ButtonText):
        out.setColor(QtGui.QPalette.ColorGroup.Disabled, where, colour("outline"))
    return out


def style_sheet() -> str:
    """The style sheet of the theme in use."""
    css = {name: _css(value) for name, value in _State.roles.items()}
    css |= {"arrow_icon": _tinted("chevron-down", "text2"), "tick": _tinted("check", "on_accent")}
    return _QSS.substitute(css, family=f"'{_State.family}'")


def _tinted(name: str, role: str) -> str:
    """Path of an icon in the colour of a role: style sheets take files and would show it black."""
    ink = _State.roles[role][:7]
    file = paths.cache_dir() / "icons" / f"{name}-{ink[1:]}.svg"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        svg = paths.resource("icons", f"{name}.svg").read_text("utf-8")
        file.write_text(svg.replace("currentColor", ink), "utf-8")
    return file.as_posix()


def _css(value: str) -> str:
    """#RRGGBBAA of the roles as the #AARRGGBB that Qt reads."""
    return f"#{value[7:9]}{value[1:7]}" if len(value) == 9 else value


def restyle(widget: QtWidgets.QWidget, role: str) -> None:
    """Change a widget's ``role`` property (see the style sheet) and show it."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


_QSS = Template("""
* { font-family: $family; font-size: 13px; color: $text; outline: 0; }
*:disabled { color: $outline; }
QMainWindow, QWidget#window, QMenuBar, QToolBar, QStatusBar, QDialog { background: $window; }
QWidget#panel, QFrame#panel, QDockWidget, QStackedWidget#panel { background: $panel; }
QToolBar { border: 0; border-bottom: 1px solid $line; spacing: 4px; padding: 0 12px; }
QStatusBar { border-top: 1px solid $line; min-height: 26px; max-height: 26px; font-size: 11px; }
QStatusBar QLabel { font-size: 11px; color: $text2; } QStatusBar::item { border: 0; }
QMenuBar { padding: 2px 4px; border: 0; }
QMenuBar::item { padding: 5px 9px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 5px; min-height: 18px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $outline; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QLabel { background: transparent; }
QLabel[role="dim"] { color: $text2; } QLabel[role="faint"] { color: $text3; font-size: 11px; }
QLabel[role="small"] { color: $text2; font-size: 11px; }
QLabel[role="title"] { font-size: 15px; font-weight: 700; }
QLabel[role="strong"] { font-weight: 700; }
QLabel[role="hero"] { font-size: 26px; font-weight: 700; }
QLabel[role="figure"] { font-size: 22px; font-weight: 700; }
QLabel[role="figure_ok"] { font-size: 22px; font-weight: 700; color: $ok; }
QLabel[role="figure_over"] { font-size: 22px; font-weight: 700; color: $over; }
QLabel[role="ok"] { color: $ok; } QLabel[role="over"] { color: $over; }
QLabel[role="under"] { color: $under; } QLabel[role="link"] { color: $accent_text; }
QLabel[role="warn"] { color: $warn; } QLabel[role="error"] { color: $error; }
QFrame[role="line"] { background: $line; border: 0; max-height: 1px; min-height: 1px; }
QFrame[role="vline"] { background: $line; border: 0; max-width: 1px; min-width: 1px; }
QFrame[role="card"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="pill"] { background: $raised; border: 1px solid $line; border-radius: 15px; }
QFrame[role="soft"] { background: $window; border: 0; border-radius: 8px; }
QFrame[role="softcard"] { background: $window; border: 1px solid transparent; border-radius: 8px; }
QFrame[role="softcard"]:hover { background: $hover; }
QFrame[role="notice"] { background: $warn_soft; border: 0; border-radius: 6px; }
QFrame[role="note"] { background: $accent_soft; border: 0; border-radius: 6px; }
QFrame[role="switch"] { background: $hover; border: 0; border-radius: 6px; }
QPushButton, QToolButton { background: transparent; border: 1px solid transparent;
  border-radius: 6px; padding: 0 10px; min-height: 26px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $outline; }
QPushButton[role="plain"], QToolButton[role="plain"] { border: 1px solid $outline;
  background: $field; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; font-weight: 700;
  padding: 0 16px; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:disabled { background: $pressed; color: $text3; }
QPushButton[role="primary"]:focus { border: 2px solid $on_accent; }
QPushButton[role="drop"], QToolButton[role="drop"] { padding: 0 8px; }
QPushButton[role="link"] { color: $accent_text; padding: 0 4px; }
QPushButton[role="legend"] { font-size: 11px; font-weight: 700; padding: 0 4px 0 0;
  min-height: 20px; }
QPushButton[role="seg"] { border-radius: 5px; padding: 0 9px; min-height: 22px; max-height: 22px;
  color: $text2; border: 1px solid transparent; }
QPushButton[role="seg"]:checked { background: $raised; color: $accent_text;
  border: 1px solid $accent; }
QToolButton[role="tool"] { padding: 0; min-width: 32px; max-width: 32px; min-height: 32px;
  max-height: 32px; border: 0; border-radius: 6px; }
QToolButton[role="tool"]:checked { background: $accent; }
QToolButton[role="tool"]:focus { border: 1px solid $accent; }
QToolButton[role="icon"] { padding: 0; min-width: 26px; max-width: 26px; min-height: 26px;
  max-height: 26px; border: 0; }
QFileDialog QToolButton { padding: 0; min-width: 26px; }
QLineEdit QToolButton { min-height: 0; padding: 0; border: 0; background: transparent; }
QToolButton::menu-indicator { image: none; width: 0; }
QPushButton::menu-indicator { image: none; width: 0; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: $field; border: 1px solid $outline; border-radius: 6px; padding: 0 8px;
  min-height: 26px; selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {
  border: 1px solid $accent; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: 0; padding: 0; min-height: 0;
  background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QLineEdit[role="quiet"] { border-color: transparent; background: $hover; }
QLineEdit[role="quiet"]:focus { border-color: $accent; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: url("$arrow_icon"); width: 14px; height: 14px; }
QComboBox[role="quiet"] { border-color: transparent; background: transparent; }
QComboBox[role="quiet"]:hover { background: $hover; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line;
  selection-background-color: $hover; selection-color: $text; padding: 4px; }
QTabBar { background: transparent; border: 0; }
QTabBar::tab { background: transparent; padding: 0 12px; height: 32px; color: $text2; border: 0;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QTabWidget::pane { border: 0; }
QTreeView, QTableView, QListView { background: $panel; border: 0; gridline-color: transparent;
  selection-background-color: $accent_soft; selection-color: $text;
  alternate-background-color: $panel; }
QTableView::item { padding: 0 8px; border: 0; }
QTableView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $panel; border: 0; }
QHeaderView::section { background: $panel; color: $text2; font-size: 11px; padding: 0 11px;
  border: 0; border-bottom: 1px solid $line; height: 26px; }
QHeaderView[role="lines"]::section { border: 0; color: $text3; padding: 0 8px; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QTableCornerButton::section { background: $panel; border: 0; }
QScrollArea { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $pressed; border-radius: 3px; min-height: 32px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $pressed; border-radius: 3px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QTreeView[role="review"]::item { height: 26px; }
QCheckBox::indicator, QRadioButton::indicator, QListWidget::indicator, QTableWidget::indicator,
QTreeView[role="review"]::indicator { width: 14px;
  height: 14px; background: $field;
  border: 1px solid $outline; border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus, QCheckBox::indicator:hover,
QRadioButton::indicator:hover { border: 1px solid $accent; }
QCheckBox::indicator:indeterminate { border: 1px solid $accent;
  background: qlineargradient(x1: 0, y1: 0, x2: 0, y2: 1, stop: 0 $field, stop: 0.38 $field,
    stop: 0.39 $accent, stop: 0.61 $accent, stop: 0.62 $field, stop: 1 $field); }
QTreeView[role="review"]::indicator:indeterminate { background: $accent;
  border: 4px solid $field; border-radius: 3px; }
QCheckBox::indicator:checked, QListWidget::indicator:checked, QTableWidget::indicator:checked,
QTreeView[role="review"]::indicator:checked { background: $accent;
  border: 1px solid $accent;
  image: url("$tick"); }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 6px; height: 6px;
  background: $on_accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
QSlider::groove:horizontal { height: 4px; background: $pressed; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $raised; border: 2px solid $accent; width: 12px;
  height: 12px; margin: -6px 0; border-radius: 8px; }
QProgressBar { background: $pressed; border: 0; border-radius: 2px; max-height: 4px;
  min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSplitter::handle { background: $line; }
""")
