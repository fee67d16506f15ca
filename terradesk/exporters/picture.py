"""The map as a PNG picture of any size: title, names, legend, scale and credits in it."""

from __future__ import annotations

from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _
from terradesk.progress import part

_SCREEN_DPI = 96


def write(job: Job) -> None:
    """Draw the map of a design."""
    from terradesk.render.stills import save_png

    scene, size = job.scene(), job.size
    job.progress(0.4, _("Drawing the map"))
    scale = size.dpi / _SCREEN_DPI
    rest = part(job.progress, 0.4, 1.0)
    save_png(scene, job.path, size.width / scale, size.height / scale, scale, progress=rest)


PICTURE = Exporter("picture", N_("Map as a picture (PNG)"), ".png", write)
