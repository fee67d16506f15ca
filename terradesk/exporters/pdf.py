"""The map as a PDF of one page: title, legend, scale, credits, date; names can be searched."""

from __future__ import annotations

from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _


def write(job: Job) -> None:
    """Write the map of a design as a page, A4 across."""
    from terradesk.render.stills import save_pdf

    scene = job.scene()
    job.progress(0.4, _("Drawing the map"))
    save_pdf(scene, job.path)


PDF = Exporter("pdf", N_("Map as a page (PDF)"), ".pdf", write)
