"""SVG drawings of the map, looked at by the programs in which they are opened."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from terradesk import sample
from terradesk.document import Document
from terradesk.exporters import plan_scene
from terradesk.render.scene import Scene
from terradesk.render.stills import draw_map
from terradesk.render.svg import save_svg
from tests.core.test_exporters_maps import ATTACKS
from tests.core.test_render_stills import scene as small_scene
from tests.proof.programs import browse, qgis

pytestmark = pytest.mark.proof

SIZE = (1400, 900)
QT_SVG = """
import json, sys
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QGuiApplication, QImage, QPainter
from qgis.PyQt.QtSvg import QSvgRenderer
application = QGuiApplication([])
drawing = QSvgRenderer(sys.argv[1])
image = QImage(QSize(1400, 900), QImage.Format_RGB32)
painter = QPainter(image)
drawing.render(painter)
painter.end()
image.save(sys.argv[2])
print("JSON" + json.dumps({"valid": drawing.isValid(), "elements": [
    drawing.elementExists(name) for name in ("areas", "borders", "names", "territory-25")
]}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawings")


@pytest.fixture(scope="module")
def document(folder: Path) -> Iterator[Document]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERRADESK_DATA_DIR", str(folder / "data"))
        patch.setenv("TERRADESK_CACHE_DIR", str(folder / "cache"))
        made = sample.open_sample()
        yield made
        made.close()


@pytest.fixture(scope="module")
def scene(document: Document) -> Scene:
    plan = document.plan
    return plan_scene(plan, plan.alignment_of(plan.scenarios[-1].id))


def difference(one: Path, other: Image.Image) -> np.ndarray:
    """Largest difference of the channels of each pixel, 0 to 255."""
    with Image.open(one) as image:
        first = np.asarray(image.convert("RGB"), np.int16)[: SIZE[1], : SIZE[0]]
    return np.abs(first - np.asarray(other)).max(axis=2)


@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_the_drawing_as_the_picture(scene: Scene, folder: Path, dark: bool) -> None:
    path = folder / f"map-{dark}.svg"
    save_svg(scene, path, *SIZE, dark)
    assert path.stat().st_size < 1_500_000
    shown = browse(path, folder)
    assert shown.console == []
    apart = difference(shown.picture, draw_map(scene, *SIZE, dark=dark))
    assert apart.mean() < 4
    assert (apart > 60).mean() < 0.02
    assert shown.dom.count("<text") > 60


def test_no_name_runs_in_a_browser(folder: Path) -> None:
    for k, attack in enumerate(ATTACKS):
        name = f"{attack} "
        made = small_scene(names=[name, name, name], title=name, credits=name, subtitle=name)
        path = folder / f"attack-{k}.svg"
        save_svg(made, path, *SIZE)
        if k in (0, 2, 7):
            shown = browse(path, folder, 1500)
            assert shown.console == []
            assert "<title>owned</title>" not in shown.dom
            assert "<script" not in shown.dom
            assert "<img" not in shown.dom


def test_qgis_draws_it(scene: Scene, folder: Path) -> None:
    path = folder / "qgis.svg"
    save_svg(scene, path, *SIZE)
    told = qgis(QT_SVG, path, folder / "qgis.png")
    assert json.loads(told.split("JSON")[1]) == {"valid": True, "elements": [True] * 4}
    apart = difference(folder / "qgis.png", draw_map(scene, *SIZE))
    assert (apart > 60).mean() < 0.08
