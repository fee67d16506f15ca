"""Work beside the main thread: what it leaves alone, what it lets go of, how it ends."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
from PySide6 import QtCore

from tests.ui.driving import SLOW
from ui.document_model import DocumentModel
from ui.jobs import Job
from ui.main_window.status import StatusBar

ROOT = Path(__file__).resolve().parents[2]

CLOSED_AT_WORK = """
from PySide6 import QtCore, QtWidgets
from ui.jobs import Job, running
app = QtWidgets.QApplication([])
def work(progress):
    while True:
        progress(0.5, "on and on")
jobs = [Job("", work).start() for _ in range(3)]
jobs[0].progressed.connect(lambda fraction, text: None)
QtCore.QTimer.singleShot(50, app.quit)
app.exec()
print(len(running()))
"""


def test_the_program_ends_quietly_while_jobs_are_at_work():
    done = subprocess.run(
        [sys.executable, "-c", CLOSED_AT_WORK],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "3"), done.stderr


class Left(QtCore.QObject):
    """What a closed page leaves: an object that only the garbage collector frees."""

    def __init__(self, ended_in: list[int]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: ended_in.append(threading.get_ident()))


def test_no_window_is_taken_apart_in_the_thread_of_a_job(qtbot):
    ended_in: list[int] = []
    Left(ended_in)

    def work(progress):
        return len([[k] for k in range(200_000)])  # enough for many collections

    job = Job("", work)
    with qtbot.waitSignal(job.succeeded, timeout=SLOW):
        job.start()
    assert ended_in == []
    gc.collect()
    assert ended_in == [threading.get_ident()]


def test_what_a_job_worked_on_is_let_go_of(qtbot):
    """The status bar has watched it, and a lambda of a signal holds the job itself."""
    bar = StatusBar(DocumentModel())
    qtbot.addWidget(bar)
    table = np.zeros(10)
    is_gone = weakref.ref(table)
    job = Job("Importing", lambda progress, table=table: len(table))
    job.ended.connect(lambda job=job: job.title)
    bar.watch(job)
    assert bar.is_busy
    with qtbot.waitSignal(job.ended, timeout=SLOW):
        job.start()
    del table, job
    assert not bar.is_busy
    assert is_gone() is None
