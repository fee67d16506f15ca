"""Write the corpus of bad inputs: ``python -m tests.data.make_corpus``.

Every file is written from what `tests.data.cases` says, the same bytes whenever it is run. A few
kinds cannot be written by hand (`KEPT`): they were made once by the programs that are named there
and are kept as they are. ``corpus.json`` lists every file with its trouble and what should come of
it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.data.cases import CASES

FOLDER = Path(__file__).parent / "corpus"
MANIFEST = FOLDER.with_name("corpus.json")

KEPT = {
    "old.xls": "xlwt 1.3",
    "circle.xls": "old.xls with four bytes changed at random, until the reader ran in circles",
    "protected.xlsx": "msoffcrypto-tool 5.4 (password “secret”) around plain.xlsx",
    "good.fgb": "GDAL 3.12, from good.geojson",
    "cut.fgb": "the first 700 bytes of good.fgb",
    "tab/map.tab": "GDAL 3.12, from good.geojson",
    "tab_alone/map.tab": "tab/map.tab by itself",
    "geodatabase.gdb.zip": "GDAL 3.12 (OpenFileGDB), from good.geojson",
}
"""Files that were made once, and how."""


def kept_parts() -> list[str]:
    """Every part of the files that were made once."""
    parts = [f"tab/map.{suffix}" for suffix in ("dat", "id", "map")]
    return [*KEPT, *parts]


def files() -> dict[str, bytes]:
    """Every part of every file that is written, by its place in the corpus."""
    out: dict[str, bytes] = {}
    for case in CASES:
        for name, data in case.parts.items():
            if name in out:
                raise ValueError(f"{name} is there twice")
            out[name] = data
    return out


def manifest() -> str:
    """What ``corpus.json`` holds."""
    rows = [{"file": c.file, "trouble": c.trouble, "wish": dict(c.wish)} for c in CASES]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write all files and the list of them; what is not made here is left alone."""
    for name, data in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    MANIFEST.write_text(manifest(), encoding="utf-8")
    missing = [c.file for c in CASES if not (FOLDER / c.file).exists()]
    print(f"{len(CASES)} files, missing: {missing}")


if __name__ == "__main__":
    main()
