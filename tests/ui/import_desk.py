"""The import page on real files, for tests."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore

from terradesk.exporters import scene
from terradesk.readers import foreign
from ui import jobs
from ui.dialogs.importing import shown_map
from ui.dialogs.importing.page import Importing
from ui.document_model import DocumentModel

ORDERS = """Customer,Segment,City,State,zip,Sales,Discount
Acme,Retail,New York City,New York,10035,100,0.1
Acme,Retail,New York City,New York,10035,50,0.3
Bolt,Trade,Henderson,Kentucky,42420,30,0.2
Cord,Trade,Seattle,Washington,98103,20,0.2
Cord,Trade,Seattle,Washington,98103,20,0.2
Dune,Trade,Houston,Texas,77070,10,0.2
"""
CODED = "account,area code,revenue,growth\nA,00000,10,0.1\nB,00007,20,0.2\nC,nowhere,30,0.3\n"


def in_this_process(monkeypatch) -> None:
    """Read files without a worker, whose start takes a second, and draw no map of the world."""
    monkeypatch.setattr(scene, "_base", lambda _plan: None)
    monkeypatch.setattr(shown_map, "base_around", lambda *_place: None)

    def call(function, path, progress, is_trusted=False, **options):
        return function(path=str(path), progress=progress, **options)

    monkeypatch.setattr(foreign, "call", call)


def settle(qtbot, page) -> None:
    qtbot.waitUntil(
        lambda: not page.is_busy and not page.is_drawing and not jobs.running(), timeout=60_000
    )


def opened(qtbot, page):
    page.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(page)
    page.open()
    settle(qtbot, page)
    return page


def page_of(qtbot, tmp_path, text, plan=None, name="orders.csv", alignment=0, **more):
    """The page on a file with some text or bytes, settled."""
    file = Path(tmp_path, name)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return opened(qtbot, Importing(file, plan, alignment, **more))


def press(qtbot, page):
    """Press the primary button; what the window would be asked to do."""
    with qtbot.waitSignal(page.accepted_import) as told:
        page.accept_button.click()
    return told.args[0]


def done(qtbot, model: DocumentModel, wanted):
    """Do what was accepted, as the window does."""
    from ui.bringing import Bringing

    bringing = Bringing(model, wanted.prepared.incoming, wanted.plan, wanted.again)
    with qtbot.waitSignal(bringing.done, timeout=30_000) as told:
        bringing.start()
    return told.args[0]


def meaning(qtbot, page, column: str, role: str) -> None:
    """Choose what a column means, in the list above it."""
    box = page.side.table.boxes[column]
    box.setCurrentIndex(box.findData(role))
    box.activated.emit(box.currentIndex())
    settle(qtbot, page)
