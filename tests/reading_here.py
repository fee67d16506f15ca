"""Foreign map files read in the test's own process, which is quicker than a worker."""

from __future__ import annotations

import pytest

from terradesk import sniffing


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call readers of foreign files directly, not behind the fence."""
    monkeypatch.setattr(
        "terradesk.readers.foreign.call",
        lambda function, path, progress, is_trusted=False, **more: function(
            path=str(sniffing.check_path(path)), progress=progress, **more
        ),
    )
