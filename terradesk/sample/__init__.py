"""What a new user finds: the maps that come with TerraDesk, and the sample plan."""

from terradesk.sample.catalogue import BUILT_IN_MAPS, BuiltInMap, built_in_map
from terradesk.sample.maps import new_from_map

__all__ = ["BUILT_IN_MAPS", "BuiltInMap", "built_in_map", "new_from_map"]
