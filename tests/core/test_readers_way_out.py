"""What is said when the reader of a file was stopped or broke down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from terradesk import workers
from terradesk.errors import TerraDeskError
from terradesk.importing import read_source


@pytest.mark.parametrize("kind", ["memory", "time", "crash"])
@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("a.xlsx", ("Excel", ".xlsx"), "shapes"),
        ("a.geojson", (), "Excel"),
        ("a.csv", ("table",), "shapes"),
    ],
)
def test_the_way_out_speaks_of_what_the_file_is(
    kind: str, name: str, said: tuple[str, ...], unsaid: str, tmp_path: Path, monkeypatch: Any
) -> None:
    def fail(*_args: Any, **_named: Any) -> Any:
        raise workers.WorkerFailed("?", "?", kind)

    monkeypatch.setattr(workers, "run", fail)
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04" if name.endswith("x") else b'{"type": "Point"}')
    with pytest.raises(TerraDeskError) as error:
        read_source(path)
    assert name in error.value.message
    if kind == "crash":
        said = (".xlsx",)
    assert all(word in error.value.hint for word in said), error.value.hint
    assert unsaid not in error.value.hint
