"""The map as an SVG drawing: shapes and names that drawing programs can change."""

from __future__ import annotations

from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _


def write(job: Job) -> None:
    """Draw the map of a design."""
    from terradesk.render.svg import save_svg

    scene = job.scene()
    job.progress(0.4, _("Drawing the map"))
    save_svg(scene, job.path)


SVG = Exporter("svg", N_("Map as a drawing (SVG)"), ".svg", write)
