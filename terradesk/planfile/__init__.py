"""Plan files: a GeoPackage that holds a whole plan and its history, see docs/file-format.md.

The file is live: a step is in it before anybody sees it, and opening alone alters nothing.
"""

from terradesk.planfile.checking import check
from terradesk.planfile.failures import ForeignChange
from terradesk.planfile.locking import Holder, holder
from terradesk.planfile.opening import (
    create,
    discard_untitled,
    is_untitled,
    new_untitled,
    open_copy,
    open_document,
    save_copy,
    untitled_plans,
)
from terradesk.planfile.store import PlanStore
from terradesk.planfile.summary import PlanInfo, info, is_plan

__all__ = [
    "ForeignChange",
    "Holder",
    "PlanInfo",
    "PlanStore",
    "check",
    "create",
    "discard_untitled",
    "holder",
    "info",
    "is_plan",
    "is_untitled",
    "new_untitled",
    "open_copy",
    "open_document",
    "save_copy",
    "untitled_plans",
]
