"""What a new user finds: the maps that come with TerraDesk, and the sample plan."""

from terradesk.sample.catalogue import BUILT_IN_MAPS, BuiltInMap, built_in_map
from terradesk.sample.maps import new_from_map, small_plan
from terradesk.sample.opening import open_sample, sample_path
from terradesk.sample.story import Tip, make_plan, tips

__all__ = [
    "BUILT_IN_MAPS",
    "BuiltInMap",
    "Tip",
    "built_in_map",
    "make_plan",
    "new_from_map",
    "open_sample",
    "sample_path",
    "small_plan",
    "tips",
]
