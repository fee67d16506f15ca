"""Findings and results in plain sentences."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from terradesk.builder import Options
from terradesk.builder.problem import VERSION, Result
from terradesk.builder.verifying import verify
from terradesk.builder.why.diagnosing import diagnose
from terradesk.builder.why.findings import Diagnosis, Finding, Remedy, rows
from terradesk.builder.why.naming import Names, plain_names
from terradesk.builder.why.sentences import REMEDIES, SENTENCES
from terradesk.builder.why.telling import (
    headline,
    tell_diagnosis,
    tell_finding,
    tell_remedy,
    tell_result,
)
from tests.core import builder_cases as cases

COUNTIES = ["Suffolk", "Nassau", "Queens", "Bronx", "Kings", "Richmond"]


def noun(n: int) -> str:
    return "county" if n == 1 else "counties"


NAMES = Names(
    territories=["Los Angeles", "Denver", "Dallas"],
    unit=COUNTIES.__getitem__,
    noun=noun,
    measures=["Sales"],
    handovers=[lambda n: "account" if n == 1 else "accounts"],
)
TWO = replace(NAMES, measures=["Sales", "Visits"])


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def said(finding: Finding, names: Names = NAMES) -> str:
    return plain(tell_finding(finding, names).text)


def result_of(problem, labels, options=Options()) -> Result:  # noqa: B008
    labels = np.array(labels, np.int32)
    figures, violations = verify(problem, options, labels)
    return Result(labels, figures, violations, "complete", 0, 1, 0.0, VERSION)


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (
            Finding("pocket", rows([0, 1]), measure=0, amount=0.0645),
            "Suffolk cannot come closer than 6.5 %: with its neighbours there is no group of "
            "counties nearer to the target.",
        ),
        (
            Finding("oversize", rows(2), rows(1), 0, 0.6, 100.0),
            "Queens alone is 60 % above a territory's target. It fills a territory by itself; the "
            "others share the rest.",
        ),
        (
            Finding("locked_under", rows([3]), rows(0), 0, -0.18, 100.0),
            "Los Angeles stays at −18 % because it is locked.",
        ),
        (
            Finding("part", rows([3, 4]), measure=0, amount=0.33, bound=1.5),
            "2 counties around Bronx are a part of the map by themselves. That is 1.5 of an "
            "average territory: no whole number of territories comes closer than 33.0 %.",
        ),
        (
            Finding("nowhere", rows([3]), amount=1, is_proof=False),
            "Bronx may not join any territory and stays unassigned.",
        ),
        (
            Finding("nowhere", rows([3, 4]), amount=2, is_proof=False),
            "2 counties may not join any territory and stay unassigned.",
        ),
        (
            Finding("cut_off", rows([3, 4]), rows(1), amount=2),
            "2 counties are locked to Denver but have no way to the rest of it.",
        ),
        (
            Finding("target_sum", measure=0, amount=12_000, bound=14_500),
            "The targets of Sales add up to 12.0 k, but there is 14.5 k.",
        ),
        (
            Finding("handover", rows(0), rows(2), 0, 230.4, 200),
            "Dallas must hand over 231 accounts or more to come into tolerance; 200 are allowed.",
        ),
        (
            Finding("seeds_together", rows(4), rows([0, 2]), is_proof=False),
            "Los Angeles and Dallas start from the same county: Kings.",
        ),
        (
            Finding("districts_split", rows([1]), amount=1, bound=50, is_proof=False),
            "1 of 50 districts is larger than a territory and has to be split.",
        ),
    ],
)
def test_sentences(finding, text):
    assert said(finding) == text


def test_several_measures_are_named():
    assert "of Visits" in said(Finding("pocket", rows(0), measure=1, amount=0.1), TWO)
    assert "of Visits" in said(Finding("oversize", rows(0), measure=1, amount=0.1), TWO)
    pull = said(Finding("pull", rows(0), measure=1, amount=0.4, bound=2.1), TWO)
    assert "Sales and Visits lie in different places" in pull and "40 % and 210 %" in pull


def test_remedies_are_buttons():
    def text(remedy):
        return plain(str(tell_remedy(remedy, NAMES)))

    assert text(Remedy("tolerance", 0.065, 0)) == "Accept ±6.5 %"
    assert text(Remedy("unlock", territory=0, units=rows(1))) == "Unlock Los Angeles"
    assert text(Remedy("unlock", units=rows([1, 2]))) == "Unlock 2 counties"
    assert text(Remedy("territories", 49)) == "Build 49 territories"
    link = Remedy("link", 20.0, pairs=np.array([[0, 5]], np.int32))
    assert text(link) == "Link Suffolk with Richmond over water"
    for kind in REMEDIES:
        assert "{" not in text(Remedy(kind))


def test_places_are_rows_and_numbers_of_the_plan():
    names = replace(NAMES, rows=np.arange(100, 106, dtype=np.int32), numbers=[7, 8, 9])
    remedy = Remedy("unlock", territory=1, units=rows(3))
    told = tell_finding(Finding("cut_off", rows([3, 4]), rows(1), remedies=(remedy,)), names)
    assert told.units.tolist() == [103, 104] and told.territory == 8
    assert told.is_error and plain(str(told.relax)) == "Unlock Denver" and told.others == ()
    assert told.relax.remedy is remedy


def test_the_tightest_tolerance_is_told_when_it_is_wider_than_asked():
    problem = cases.star(3).problem([6.0, 4, 1, 1], 2, tolerances=0.05)
    found = diagnose(problem, Options())
    text = headline(found, problem, NAMES)
    assert text == "No plan can be closer to the targets than ±33.3 %."
    wide = cases.star(3).problem([6.0, 4, 1, 1], 2, tolerances=0.5)
    assert headline(diagnose(wide, Options()), wide, NAMES) == ""
    assert tell_diagnosis(diagnose(wide, Options()), NAMES) == ()


def test_many_oversize_units_share_a_sentence():
    found = [Finding("oversize", rows(u), rows(0), 0, 1.0 - u / 10, 1.0) for u in range(5)]
    few = Diagnosis(tuple(found[:3]), np.zeros(1), np.ones((3, 1)), 0.0)
    assert len(tell_diagnosis(few, NAMES)) == 3
    (told,) = tell_diagnosis(replace(few, findings=tuple(found)), NAMES)
    assert plain(told.text) == (
        "5 counties are larger than a territory's target: Suffolk (+100 %), Nassau (+90 %), "
        "Queens (+80 %) and 2 more. Each fills a territory by itself; the others share the rest."
    )
    assert told.units.tolist() == [0, 1, 2, 3, 4]


# ---------------------------------------------------------------------- results
def locked_problem():
    """Nine units in a row; the first territory is locked to the first two."""
    allowed = np.ones((9, 3), bool)
    allowed[:2, 1:] = False
    allowed[2:, 0] = False
    return cases.row_of(9).problem(np.ones(9), 3, allowed=allowed, tolerances=0.2)


def test_a_result_with_a_locked_territory_says_why_and_what_to_do():
    told = tell_result(
        result_of(locked_problem(), [0, 0, 1, 1, 1, 1, 2, 2, 2]), locked_problem(), NAMES
    )
    assert [plain(t.text) for t in told] == [
        "2 of 3 territories are within ±20 %.",
        "Los Angeles stays at −33 % because it is locked. Unlock it to let it grow.",
    ]
    assert told[1].units.tolist() == [0, 1] and told[1].territory == 0
    assert plain(str(told[1].relax)) == "Unlock Los Angeles"


def test_a_result_where_all_is_well_says_so():
    problem = cases.row_of(9).problem(np.ones(9), 3)
    told = tell_result(result_of(problem, [0, 0, 0, 1, 1, 1, 2, 2, 2]), problem, NAMES)
    assert [t.text for t in told] == ["All 3 territories are within ±10 %."]
    assert not told[0].is_error


def test_a_result_explains_itself_by_the_proofs():
    problem = cases.star(3).problem([6.0, 4, 1, 1], 2, tolerances=0.05)
    result = result_of(problem, [0, 1, 0, 0])
    found = diagnose(problem, Options())
    texts = [plain(t.text) for t in tell_result(result, problem, NAMES, found)]
    assert texts[0] == "0 of 2 territories are within ±5 %."
    assert "Nassau cannot come closer than 33.3 %" in texts[1] + texts[2]
    without = [plain(t.text) for t in tell_result(result, problem, NAMES)]
    assert sorted(without[1:]) == ["Denver is at −33 %.", "Los Angeles is at +33 %."]


def test_an_area_larger_than_its_target_is_named():
    problem = cases.row_of(5).problem([10.0, 1, 1, 1, 1], 3)
    told = tell_result(result_of(problem, [0, 1, 1, 2, 2]), problem, NAMES)
    assert plain(told[1].text) == (
        "Los Angeles is at +114 %: Suffolk alone is larger than its target."
    )


def test_broken_rules_of_a_result_are_told():
    allowed = np.ones((6, 3), bool)
    allowed[5, 1] = False
    problem = cases.row_of(6).problem(
        np.ones(6),
        3,
        allowed=allowed,
        tolerances=9.0,
        maximum=[[2.0], [9.0], [9.0]],
        baseline=np.zeros(6, int),
        handover=np.ones(6),
        handover_caps=1.0,
    )
    told = tell_result(result_of(problem, [0, 0, 1, -1, 0, 1]), problem, NAMES)
    assert [plain(t.text) for t in told[1:]] == [
        "Bronx has no territory.",
        "Richmond is in Denver, which it may not join.",
        "Dallas has no counties.",
        "Los Angeles is in 2 parts.",
        "Denver is in 2 parts.",
        "Los Angeles is 1 above its maximum.",
        "Los Angeles hands over 2 accounts more than is allowed.",
        "Denver takes over 1 account more than is allowed.",
    ]


# ---------------------------------------------------------------------- any
@settings(max_examples=60, deadline=None)
@given(cases.problems(largest=30, most=6))
def test_everything_that_is_found_can_be_told(drawn):
    problem, options = drawn
    names = plain_names(problem)
    found = diagnose(problem, options, checks_remedies=False)
    labels = np.arange(problem.n_units) % problem.n_territories
    told = [
        *tell_diagnosis(found, names),
        *tell_result(result_of(problem, labels, options), problem, names, found),
    ]
    for one in told:
        texts = [one.text, *(str(r) for r in (one.relax, *one.others) if r)]
        assert all(t and "{" not in t and "nan" not in t and "inf" not in t for t in texts), texts
        assert ((one.units >= 0) & (one.units < problem.n_units)).all()


def test_every_kind_has_a_sentence():
    for kind in SENTENCES:
        finding = Finding(kind, rows([0, 1]), rows([0, 1]), 0, 0.5, 0.7)
        assert "{" not in said(finding, TWO) and said(finding, TWO).endswith(".")
