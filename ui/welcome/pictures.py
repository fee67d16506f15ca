"""Small map pictures of the welcome page: drawn once in the background, then kept in the cache."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from terradesk import paths
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from terradesk.progress import Cancelled, Progress

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PIL.Image import Image

    from terradesk.render.scene import Classes

log = logging.getLogger(__name__)

VERSION = 5
_FINE = 400  # maps with more areas show the borders of states only
LARGE, SMALL = (520, 302, 1.6), (168, 120, 2.0)
"""Width and height in pixels, and how many device pixels each has."""
SAMPLE, ACCOUNTS, AREAS = "sample", "accounts", "areas"
"""Keys of the three large pictures; built-in maps have the key of the map, plans their path."""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the list of recent plans says about one; n_in_tolerance -1: not known."""

    path: str
    is_found: bool = True
    title: str = ""
    n_territories: int = 0
    n_in_tolerance: int = -1
    n_units: int = 0
    n_accounts: int = 0
    modified: str = ""


def picture_file(key: str, dark: bool) -> Path:
    """Where the picture of a key is, or will be."""
    stamp = ""
    if Path(key).is_absolute():
        with contextlib.suppress(OSError):
            stamp = str(Path(key).stat().st_mtime_ns)
    name = hashlib.sha1(f"{VERSION} {key} {stamp}".encode()).hexdigest()[:20]
    folder = paths.cache_dir() / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}{'-dark' if dark else ''}.png"


def draw_missing(keys: Iterable[str], dark: bool, tell: Any, progress: Progress) -> None:
    """Draw the pictures that are not in the cache; one that fails is left out.

    Parameters
    ----------
    keys : iterable of str
        Of built-in maps and the large pictures.
    dark : bool
    tell : callable
        Called with the key of each picture as soon as it is there.
    progress : Progress
    """
    for key in keys:
        progress(0.0, "")
        try:
            if not picture_file(key, dark).exists():
                _draw(key, dark, progress)
        except Cancelled:
            raise
        except Exception:
            log.exception("no picture of %s", key)
        else:
            tell(key)


def _draw(key: str, dark: bool, progress: Progress) -> None:
    if key in (SAMPLE, ACCOUNTS, AREAS):
        _save(_large(key, dark, progress), picture_file(key, dark))
        return
    from terradesk import sample

    plan = sample.small_plan(key, progress)
    _save(_still(plan, SMALL, dark), picture_file(key, dark))


def _large(key: str, dark: bool, progress: Progress) -> Image:
    from terradesk import sample

    if key == AREAS:
        return _still(sample.new_from_map("us_county", progress), LARGE, dark)
    plan = _sample_plan(progress)
    if key == SAMPLE:
        return _still(plan, LARGE, dark)
    return _still(without_territories(plan), LARGE, dark, with_accounts=True)


def _sample_plan(progress: Progress) -> Plan:
    from terradesk import planfile, sample

    document = planfile.open_document(sample.sample_path(progress), read_only=True)
    try:
        return document.plan
    finally:
        document.close()


def without_territories(plan: Plan) -> Plan:
    """The same map and accounts, nothing assigned."""
    import numpy as np

    labels = {a: np.full_like(rows, -1) for a, rows in plan.assignments.items()}
    tables = {**plan.tables, "territory": {}, "lock": {}, "override": {}, "rule": {}}
    return replace(plan, assignments=labels, tables=tables)


def last_alignment(plan: Plan) -> int:
    """The alignment of the newest scenario that is not the baseline."""
    open_ones = [s for s in plan.scenarios if not s.is_baseline] or plan.scenarios
    return plan.alignment_of(open_ones[-1].id)


def _still(
    plan: Plan, size: tuple[int, int, float], dark: bool, with_accounts: bool = False
) -> Image:
    """A picture of a plan without texts."""
    import numpy as np

    from terradesk.exporters.scene import plan_scene
    from terradesk.render.stills import compose_still

    scene = plan_scene(plan, last_alignment(plan), with_accounts=with_accounts)
    scene = replace(scene, title="", subtitle="", names=[""] * len(scene.names), locked=None)
    if not len(scene.names):
        scene = replace(
            scene,
            labels=np.zeros(len(plan.units), np.int32),
            names=[""],
            fills=[0],
            classes=_paper(plan),
            groups=_bordered(plan, scene.groups, _FINE if with_accounts or size is SMALL else 9999),
        )
    wide, high, scale = size
    if size is SMALL:
        scene = replace(scene, base=None, box=_closer(scene.extent(), 0.06))
    still = compose_still(
        scene, wide, high, scale=scale, dark=dark, legend=False, scale_bar=False, credits=False
    )
    return still.image


def _paper(plan: Plan) -> Classes:
    """All areas in the colour of paper, without the hatch of unassigned ones."""
    import numpy as np

    from terradesk import palettes
    from terradesk.render.scene import Classes

    colours = [palettes.roles(False)["paper"]], [palettes.roles(True)["paper"]]
    return Classes(np.zeros(len(plan.units), np.int64), colours, [""], of_units=True)


def _bordered(plan: Plan, groups: ArrayLike | None, most: int) -> ArrayLike | None:
    """Groups between which a line is drawn: each area by itself where there are not too many."""
    import numpy as np

    return np.arange(len(plan.units)) if len(plan.units) <= most else groups


def _closer(box: tuple[float, ...], share: float) -> tuple[float, float, float, float]:
    """A box that is smaller by a share on each side: small pictures need less margin."""
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) * share, (y1 - y0) * share
    return x0 + dx, y0 + dy, x1 - dx, y1 - dy


def _save(picture: Image, path: Path) -> None:
    fresh = path.with_suffix(".part")
    picture.save(fresh, "PNG")
    fresh.replace(path)


# ---------------------------------------------------------------------- plans
def plan_facts(path: str) -> PlanFacts:
    """What a list says about a plan file; never raises."""
    file = Path(path)
    if not file.is_file():
        return PlanFacts(path, is_found=False)
    kept = picture_file(path, False).with_suffix(".json")
    with contextlib.suppress(OSError, ValueError, TypeError):
        return PlanFacts(**json.loads(kept.read_text("utf-8")))
    return _read_facts(file)


def _read_facts(file: Path) -> PlanFacts:
    from terradesk import planfile

    try:
        info = planfile.info(file)
    except (TerraDeskError, OSError):
        return PlanFacts(str(file), title=file.stem)
    return PlanFacts(
        str(file),
        title=info.title or file.stem,
        n_territories=info.n_territories,
        n_units=info.n_units,
        n_accounts=info.n_accounts,
        modified=info.modified.isoformat(),
    )


def sample_facts() -> PlanFacts:
    """What the sample plan holds, once it is in the cache."""
    from terradesk import sample
    from terradesk.progress import silent

    return plan_facts(str(sample.sample_path(silent)))


def draw_plan(path: str, dark: bool) -> PlanFacts:
    """Draw the picture of a plan file and count what is in tolerance; kept until it changes."""
    from terradesk import measures, planfile

    facts = _read_facts(Path(path))
    document = planfile.open_document(Path(path), read_only=True)
    try:
        plan = document.plan
    finally:
        document.close()
    if plan.arcs is not None:
        _save(_still(plan, SMALL, dark), picture_file(path, dark))
    view = plan.alignment(last_alignment(plan))
    if view.leaves and measures.balance_measure(plan) is not None:
        facts = replace(facts, n_in_tolerance=int(measures.balance(view).n_in_tolerance))
    kept = picture_file(path, False).with_suffix(".json")
    kept.write_text(json.dumps(asdict(facts)), "utf-8")
    return facts


def untitled() -> list[str]:
    """Paths of the newest plans without a name in which something was done."""
    from terradesk import planfile

    return [str(one.path) for one in planfile.untitled_plans() if one.n_steps][:3]
