"""The map as a PNG picture: title, names, legend, scale and credits in it."""

from __future__ import annotations

from terradesk.exporters.scene import plan_scene
from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _

_SCALE = 2.0  # sharp on paper at the size of a page


def write(job: Job) -> None:
    """Draw the map of a design, 3200 x 2000 pixels."""
    from terradesk.render.stills import save_png

    job.progress(0.1, _("Drawing the map"))
    scene = plan_scene(job.plan, job.alignment, job.colour_by, look=job.look)
    job.progress(0.4, _("Drawing the map"))
    save_png(scene, job.path, scale=_SCALE)


PICTURE = Exporter("picture", N_("Map as a picture (PNG)"), ".png", write)
