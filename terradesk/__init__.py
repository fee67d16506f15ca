"""Sales territory plans: the Qt-free core of TerraDesk.

What a script needs is here, loaded on first use from :mod:`terradesk.api`.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Public names come from ``terradesk.api`` when they are asked for."""
    from importlib import import_module
    from importlib.util import find_spec

    # ``from terradesk import plan`` asks here first: modules are left to the import system.
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is None:
        api = import_module(f"{__name__}.api")
        if name in api.__all__:
            return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
