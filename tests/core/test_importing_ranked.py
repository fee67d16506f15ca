"""What kind of import a file is, and what its columns mean: a table of files and plans."""

from __future__ import annotations

import pytest

from terradesk.importing.kind import POSSIBLE
from terradesk.importing.kinds import ranked
from tests.core.import_cases import CASES, STATES, Case, plans


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_right_kind_comes_first_whatever_is_open(case: Case) -> None:
    source = case.source
    for state in STATES:
        found = [(kind.key, score) for kind, score in ranked(source, plans()[state])]
        assert all(0 < score <= 1 for _key, score in found), found
        keys = [key for key, _score in found]
        assert not set(keys) & set(case.never), (state, found)
        first = case.first.get(state)
        if first == "":
            assert not found or found[0][1] <= POSSIBLE, (state, found)
        elif first is not None:
            assert keys[0] == first, (state, found)
