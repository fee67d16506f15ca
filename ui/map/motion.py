"""Motion: whether the system asks for little of it."""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from pathlib import Path

from PySide6 import QtCore, QtGui

_SPI_GETCLIENTAREAANIMATION = 0x1042
_PATIENCE_MS = 80


@lru_cache(maxsize=1)
def is_reduced() -> bool:
    """Whether the user's system asks programs not to animate; asked once."""
    if QtGui.QGuiApplication.platformName() in ("offscreen", "minimal"):
        return True
    try:
        if sys.platform == "win32":
            return _of_windows()
        if sys.platform == "darwin":
            found = QtCore.QSettings("apple.com", "universalaccess").value("reduceMotion")
            return str(found).lower() in ("1", "true")
        return _of_kde() or _of_portal()
    except (OSError, AttributeError, RuntimeError, ImportError):
        return False


def _of_windows() -> bool:
    animates = ctypes.c_int(1)
    user32 = ctypes.windll.user32  # type: ignore[attr-defined, unused-ignore]
    user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animates), 0)
    return not animates.value


def _of_kde() -> bool:
    folder = QtCore.QStandardPaths.StandardLocation.GenericConfigLocation
    path = Path(QtCore.QStandardPaths.writableLocation(folder)) / "kdeglobals"
    if not path.is_file():
        return False
    store = QtCore.QSettings(str(path), QtCore.QSettings.Format.IniFormat)
    return str(store.value("KDE/AnimationDurationFactor", "1")) in ("0", "0.0")


def _of_portal() -> bool:
    """The switch of GNOME and others, through the desktop portal."""
    from PySide6 import QtDBus

    bus = QtDBus.QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    name, path = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
    call = QtDBus.QDBusMessage.createMethodCall(
        name, path, "org.freedesktop.portal.Settings", "Read"
    )
    call.setArguments(["org.gnome.desktop.interface", "enable-animations"])
    answer = bus.call(call, QtDBus.QDBus.CallMode.Block, _PATIENCE_MS).arguments()
    value = answer[0] if answer else None
    while isinstance(value, QtDBus.QDBusVariant):
        value = value.variant()
    return value is False
