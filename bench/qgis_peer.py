"""Run by a Python that has QGIS: CPU ms of rendering the views, recolouring and finding an area."""

import json
import os
import random
import statistics
import sys
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
    QgsVectorSimplifyMethod,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

WIDTH, HEIGHT = 1600, 1000


def timed(work, repeats=5, loops=1):
    """CPU, wall, p95, count, as the other benchmarks have them."""
    cpu, wall = [], []
    for turn in range(repeats + 1):
        c, w = time.process_time(), time.perf_counter()
        for _ in range(loops):
            work()
        if turn:
            cpu.append((time.process_time() - c) * 1e3 / loops)
            wall.append((time.perf_counter() - w) * 1e3 / loops)
    return [statistics.median(cpu), statistics.median(wall), max(wall), repeats]


def renderer(values):
    """One fill per territory and thin lines around the areas, as on our map."""
    out = []
    for value in values:
        colour = QColor.fromHsv(int(value * 137) % 360, 120, 220).name()
        look = {"color": colour, "outline_color": "#606060", "outline_width": "0.15"}
        out.append(QgsRendererCategory(value, QgsFillSymbol.createSimple(look), str(value)))
    return QgsCategorizedSymbolRenderer("terr", out)


def settings(layer, view):
    """The map of one view."""
    x, y, scale = view
    wide, high = WIDTH / scale / 2, HEIGHT / scale / 2
    found = QgsMapSettings()
    found.setLayers([layer])
    found.setOutputSize(QSize(WIDTH, HEIGHT))
    found.setDestinationCrs(layer.crs())
    found.setExtent(QgsRectangle(x - wide, y - high, x + wide, y + high))
    found.setBackgroundColor(QColor("white"))
    found.setFlag(QgsMapSettings.Antialiasing, True)
    found.setFlag(QgsMapSettings.UseRenderingOptimization, True)
    return found


def draw(made):
    """Render one map."""
    job = QgsMapRendererSequentialJob(made)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def drawing(layer, values, views):
    """Sharp frames, and frames in other colours."""
    times = {}
    for name, view in views.items():
        made = settings(layer, view)
        image = draw(made)
        seen = {image.pixel(x, y) for x in range(0, WIDTH, 40) for y in range(0, HEIGHT, 40)}
        assert len(seen) > 2 or name == "deep", "QGIS drew nothing"
        times[name] = timed(lambda m=made: draw(m), 3)
        other = renderer(values)

        def recolour(m=made, r=other):
            layer.setRenderer(r.clone())
            draw(m)

        times[f"recolour {name}"] = timed(recolour, 3)
    return times


def finding(layer, values, views):
    """The area at a point."""
    random.seed(1)
    x, y, scale = views["mid"]
    wide, high = WIDTH / scale / 2, HEIGHT / scale / 2
    n_found = []

    def find():
        at_x, at_y = x + (random.random() * 2 - 1) * wide, y + (random.random() * 2 - 1) * high
        box = QgsRectangle(at_x - 1, at_y - 1, at_x + 1, at_y + 1)
        request = QgsFeatureRequest(box).setFlags(QgsFeatureRequest.ExactIntersect)
        n_found.append(len(list(layer.getFeatures(request))))

    took = timed(find, 9, 10)
    assert sum(n_found) > 0, "QGIS found nothing"
    return {"hit": took}


def main():
    """Print the times as JSON."""
    app = QgsApplication([], False)
    app.initQgis()
    layer = QgsVectorLayer(sys.argv[1] + "|layername=units", "units", "ogr")
    assert layer.isValid()
    values = sorted(layer.uniqueValues(layer.fields().indexOf("terr")))
    layer.setRenderer(renderer(values))
    simple = layer.simplifyMethod()
    simple.setSimplifyHints(QgsVectorSimplifyMethod.FullSimplification)
    simple.setThreshold(1.0)
    layer.setSimplifyMethod(simple)
    views = json.loads(sys.argv[2])
    work = finding if sys.argv[3] == "hit" else drawing
    times = work(layer, values, views)
    print(json.dumps({"version": Qgis.QGIS_VERSION.split("-")[0], "times": times}))


main()
