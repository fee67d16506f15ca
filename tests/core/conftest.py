"""A plan file and its document, for every test that opens, breaks or locks one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terradesk import planfile
from terradesk.document import Document
from tests.core.plan_files import PLAN


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "plan.gpkg"
    planfile.create(file, PLAN).close()
    return file


@pytest.fixture
def document(path: Path) -> Iterator[Document]:
    opened_document = planfile.open_document(path)
    yield opened_document
    opened_document.close()
