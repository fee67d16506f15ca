"""What kind of import a file is, and what its columns mean: a table of files and plans."""

from __future__ import annotations

import pytest

from terradesk.importing.kind import POSSIBLE
from terradesk.importing.kinds import kind_of, ranked
from tests.core.import_cases import CASES, STATES, Case, plans
from tests.core.import_exports import EXPORTS

FILES = (*CASES, *EXPORTS)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
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
            assert keys[0] in first.split("|"), (state, found)


@pytest.mark.parametrize("case", [one for one in FILES if one.roles], ids=lambda case: case.name)
def test_columns_mean_what_people_mean(case: Case) -> None:
    source = case.source
    for state in STATES:
        kind = kind_of(case.first.get(state, "").partition("|")[0])
        if kind is None:
            continue
        meanings = {one.column: one for one in kind.recognise(source, plans()[state])}
        assert list(meanings) == list(source.rows.columns)
        wrong = {
            name: meanings[name]
            for name, roles in case.roles.items()
            if meanings[name].role not in roles.split("|")
        }
        assert not wrong, (state, kind.key)
        assert all(one.why for one in meanings.values() if one.confidence >= 0.8), meanings
