"""Figures joined to areas and accounts: by code, id, domain, name; every row accounted for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Prepared, Source
from terradesk.importing.choices import Reading
from terradesk.importing.kinds import kind_of
from terradesk.importing.kinds.figures import KIND as FIGURES
from terradesk.importing.matching import Side, domain_of, find, normalised
from terradesk.measures import money
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport, told_rows
from terradesk.readers.tables import Table
from tests.core.kernel import grid_plan

A = 3
Rows = list[list[str]]


def source_of(rows: Rows, folder: Path | None = None) -> Source:
    """A table as the readers give it; read from a real file where a folder is given."""
    if folder is not None:
        path = folder / "figures.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        from terradesk.importing import read_source

        return read_source(path)
    columns = {}
    for k, name in enumerate(rows[0]):
        columns[name] = np.array([row[k] for row in rows[1:]] or [], object)
    n = len(rows) - 1
    table = Table(columns, n, ImportReport(read=n, accepted=n))
    return Source(Path("figures.csv"), Reading(), table=table)


def prepared(plan: Plan, rows: Rows, **choices: object) -> Prepared:
    found = FIGURES.prepare(source_of(rows), plan, Choices(**choices), A)  # type: ignore[arg-type]
    assert found.report.adds_up, found.report
    return found


def after(plan: Plan, found: Prepared) -> Plan:
    assert found.incoming is not None
    return preview(plan, found.incoming)


def count(found: Prepared, key: str) -> int:
    return next((c.n for c in found.counts if c.key == key), 0)


def named_plan() -> Plan:
    """Accounts with names, towns, postcodes and web addresses as customers have them."""
    plan = grid_plan()
    names = ["Acme Tools Inc.", "Blue Bakery", "Blue Bakery", "Żabka Polska Sp. z o.o.",
             "Müller & Söhne GmbH", "Corner Café", "Nordic Foods AB", "O'Reilly Auto Parts",
             "General Hospital", "Smith Plumbing LLC", "Summit Brewing Co.",
             "Zebra Print"]  # fmt: skip
    cities = ["Boston", "Austin", "Dallas", "Poznań", "Berlin", "Lyon", "Malmö", "Reno", "Boise",
              "Salem", "St. Paul", "Omaha"]  # fmt: skip
    texts = {
        "city": cities,
        "website": [f"https://www.{c.lower().replace('. ', '')}-shop.com" for c in cities],
    }
    columns = {**plan.accounts.columns}
    columns |= {name: np.array(cells, object) for name, cells in texts.items()}
    accounts = replace(plan.accounts, names=np.array(names, object), columns=columns)
    return replace(plan, accounts=accounts)


# ---------------------------------------------------------------------- areas
def test_figures_of_areas_come_in_by_code_and_go_back(tmp_path: Path) -> None:
    plan = grid_plan()
    rows = [["FIPS", "Households", "Growth rate", "Kind"]]
    rows += [[str(k), str(10 * k), f"{k / 100}", "urban" if k % 2 else "rural"] for k in range(20)]
    rows += [["99999", "5", "0.1", "urban"], ["", "7", "0.1", ""]]
    source = source_of(rows, tmp_path)
    found = FIGURES.prepare(source, plan, Choices(), A)
    assert found.report.adds_up
    assert (found.report.accepted, found.report.rejected) == (20, 2)
    assert {i.kind for i in found.report.issues} >= {"unmatched", "no_key", "left_over"}
    assert [t.outcome for t in told_rows(found.report)] == ["rejected", "rejected"]
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    now = document.plan
    assert now.units.columns["Households"][:20].tolist() == [10.0 * k for k in range(20)]
    assert np.isnan(now.units.columns["Households"][20:]).all()
    assert now.units.columns["Kind"][1] == "urban"
    made = next(m for m in now.rows(rec.Measure) if m.column == "Households")
    assert measures.totals(now.alignment(A), made).sum() == sum(range(20)) * 10
    assert not any(m.column == "Growth rate" for m in now.rows(rec.Measure))
    document.undo()
    back = document.plan
    assert np.isnan(back.units.columns["Households"]).all()
    assert back.rows(rec.Measure) == plan.rows(rec.Measure)
    document.redo()
    assert document.plan.units.columns["Households"][3] == 30.0


def test_several_rows_are_summed_averaged_and_taken_first() -> None:
    rows = [["Code", "Orders", "Average price", "Note"],
            ["00001", "5", "2", ""], ["00001", "7", "4", "late"],
            ["00002", "1", "", "x"]]  # fmt: skip
    plan = grid_plan()
    now = after(plan, prepared(plan, rows, roles={"Note": "text"}))
    assert now.units.columns["Orders"][[1, 2]].tolist() == [12, 1]
    assert now.units.columns["Average price"][1] == 3
    assert np.isnan(now.units.columns["Average price"][2])
    assert now.units.columns["Note"][1] == "late"
    first = after(plan, prepared(plan, rows, options={"repeats": "first"}))
    assert first.units.columns["Orders"][1] == 5


def test_names_with_states_tell_areas_apart() -> None:
    plan = grid_plan()
    names = np.array([f"Place {chr(65 + k % 6)}" for k in range(24)], object)
    plan = replace(plan, units=replace(plan.units, names=names))
    rows = [["Area", "State", "Volume"], ["place a", "S2", "3"], ["Place B", "", "4"],
            ["Place Cc", "S1", "5"]]  # fmt: skip
    roles = {"Area": "unit_name", "State": "state", "Volume": "amount"}
    found = prepared(plan, rows, roles=roles)
    now = after(plan, found)
    assert now.units.columns["Volume"][12] == 3
    assert found.report.rejected >= 1  # six places are called Place B
    assert sum(np.isfinite(now.units.columns["Volume"])) == 3 - found.report.rejected


@pytest.mark.parametrize(("existing", "kept"), [("replace", 555.0), ("fill", 103.0)])
def test_values_that_are_there_are_replaced_or_kept(existing: str, kept: float) -> None:
    plan = grid_plan()
    rows = [["Code", "Population"], ["00003", "555"], ["00004", "104"]]
    found = prepared(plan, rows, options={"existing": existing}, roles={"Population": "amount"})
    assert (count(found, "changed"), count(found, "same")) == (int(existing == "replace"), 1)
    if existing == "replace":
        assert after(plan, found).units.columns["population"][3] == kept
        assert any("103 → 555" in cell for row in found.rows for cell in row)
    else:
        assert found.incoming is None
        assert count(found, "kept") == 1


def test_columns_that_are_called_like_ours_get_another_name() -> None:
    plan = grid_plan()
    rows = [["Code", "x", "unit", "is_present"], ["00003", "1", "2", "3"]]
    roles = dict.fromkeys(("x", "unit", "is_present"), "amount")
    now = after(plan, prepared(plan, [["Code", *rows[0][1:]], rows[1]], roles=roles))
    assert now.units_present.all()
    assert "is_present 2" in now.units.columns


def test_what_cannot_be_joined_is_refused_with_a_hint() -> None:
    plan = grid_plan()
    with pytest.raises(TerraDeskError, match="No column says which area"):
        FIGURES.prepare(source_of([["Total"], ["5"]]), plan, Choices(), A)
    with pytest.raises(TerraDeskError, match="to be brought"):
        FIGURES.prepare(source_of([["Code"], ["00001"]]), plan, Choices(), A)
    with pytest.raises(TerraDeskError, match="no plan"):
        FIGURES.prepare(source_of([["Code", "n"], ["00001", "1"]]), None, Choices())


def test_the_kind_is_on_the_list_and_knows_its_files() -> None:
    plan = grid_plan()
    assert kind_of("figures") is FIGURES
    codes = [["Code", "Households"], *([f"{k:05d}", str(k)] for k in range(24))]
    assert FIGURES.suits(source_of(codes), plan) > 0.7
    customers = [["Customer", "Street", "ZIP", "Sales"], ["Zoo", "Main 1", "00001", "5"]]
    assert FIGURES.suits(source_of(customers), plan) < 0.4
    assert FIGURES.suits(source_of(codes), None) == 0


# ---------------------------------------------------------------------- accounts
def test_accounts_are_known_by_id_domain_and_name() -> None:
    plan = named_plan()
    rows = [["Key", "Web", "Company", "City", "Beds", "Industry"],
            ["a001", "", "", "", "5", "Food"],
            ["", "info@boston-shop.com", "", "", "7", "Tools"],
            ["", "", "Zabka Polska SP ZOO", "Poznan", "11", "Retail"],
            ["", "", "MUELLER und Soehne", "Berlin", "13", "Metal"],
            ["", "", "Sunmit Breving", "", "23", "Beer"],
            ["", "", "Summit Brewing Company", "Saint Paul", "17", "Beer"],
            ["", "", "Nobody at all", "Nowhere", "19", "None"]]  # fmt: skip
    roles = {"Key": "account_id", "Web": "domain", "Company": "name", "City": "city",
             "Beds": "amount", "Industry": "text"}  # fmt: skip
    found = prepared(plan, rows, roles=roles)
    now = after(plan, found)
    beds = now.accounts.columns["Beds"]
    assert beds[[1, 0, 3, 10]].tolist() == [5, 7, 11, 17]
    assert now.accounts.columns["Industry"][10] == "Beer"
    assert beds[4] == 13
    assert [i.title for i in found.items] == ["Sunmit Breving"]
    assert "Summit" in found.items[0].after
    assert not found.items[0].is_on  # it may be another one
    assert found.report.rejected == 2


def test_doubtful_matches_are_picked_or_left_out() -> None:
    plan = named_plan()
    rows = [["Company", "Beds"], ["Blue Bakery Ltd", "5"], ["Corner Cafe Lyonais", "3"]]
    roles = {"Company": "name", "Beds": "amount"}
    found = prepared(plan, rows, roles=roles)
    twins = next(i for i in found.items if "Blue" in i.title)
    assert not twins.is_on
    assert sorted(key for key, _text in twins.candidates) == ["1", "2"]
    picked = prepared(plan, rows, roles=roles, picked={twins.key: "2"})
    assert after(plan, picked).accounts.columns["Beds"][2] == 5
    assert next(i for i in picked.items if i.key == twins.key).is_on
    out = frozenset(i.key for i in found.items)
    left = prepared(plan, rows, roles=roles, left_out=out)
    assert left.incoming is None
    assert left.report.rejected == 2


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ACME Tools, Inc.", "acme tools"), ("Żabka Polska Sp. z o.o.", "zabka polska"),
        ("IKEA AB (publ)", "ikea"), ("Müller GmbH & Co. KG", "muller"), ("X s. r. o.", "x"),
        ("San Diego Zoo", "san diego zoo"), ("S.A.", "sa"), ("The Home Depot", "home depot"),
        ("Société Générale S.A.", "societe generale"), ("", ""), ("شرکت نفت", "نفت"),
    ],
)  # fmt: skip
def test_legal_forms_do_not_count(name: str, plain: str) -> None:
    assert normalised(name) == plain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.acme.com/x?y", "acme.com"), ("Info@Acme.CO.uk", "acme.co.uk"),
        ("joe@gmail.com", ""), ("Acme Inc.", ""), ("12.5", ""), ("müller.de", "müller.de"),
    ],
)  # fmt: skip
def test_domains(text: str, domain: str) -> None:
    assert domain_of(text) == domain


def test_numbers_tell_shops_of_one_town_apart() -> None:
    plan = named_plan()
    names = plan.accounts.names.copy()
    names[:2] = ["Depot Store 12", "Depot Store 13"]
    plan = replace(plan, accounts=replace(plan.accounts, names=names))
    rows = [["Company", "Beds"], ["Depot Store 14", "5"], ["Depot Store 13 Ltd", "7"]]
    found = prepared(plan, rows, roles={"Company": "name", "Beds": "amount"})
    assert after(plan, found).accounts.columns["Beds"][1] == 7
    assert found.report.rejected == 1


NAMES = st.lists(st.text("abcdeAB &.,'żü", max_size=12), max_size=20)


@given(NAMES, NAMES)
@settings(max_examples=40, deadline=None)
def test_equal_names_are_always_found_and_scores_are_fair(
    left: list[str], right: list[str]
) -> None:
    def side(names: list[str]) -> Side:
        texts = np.array([*names, ""], object)[:-1]
        return Side(texts, *(np.full(len(texts), "", object) for _k in range(3)))

    one, other = side(left), side(right)
    found = find(one, other, least=0.6, most=50)
    assert ((found.scores >= 0.6) & (found.scores <= 1)).all()
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    for a, first in enumerate(one.keys.tolist()):
        for b, second in enumerate(other.keys.tolist()):
            assert not first or first != second or (a, b) in pairs


# ---------------------------------------------------------------------- money
def test_signs_and_headers_say_the_currency() -> None:
    plan = grid_plan()
    rows = [["Code", "Revenue", "Cost (SEK)"], ["00001", "1200 zł", "5"], ["00002", "80 zł", "6"]]
    now = after(plan, prepared(plan, rows, roles={"Revenue": "amount", "Cost (SEK)": "amount"}))
    assert money.currency(now, "units", "Revenue") == "PLN"
    assert money.currency(now, "units", "Cost (SEK)") == "SEK"
    made = next(m for m in now.rows(rec.Measure) if m.column == "Revenue")
    assert made.format == "money"
    assert measures.totals(now.alignment(A), made).sum() == 0
    assert any("PLN" in told for told in money.warnings(now))


def test_each_row_may_have_its_own_currency() -> None:
    plan = grid_plan()
    rows = [["Id", "Revenue", "Currency"], ["A001", "10", "EUR"], ["A002", "20", "SEK"],
            ["A002", "5", "SEK"]]  # fmt: skip
    now = after(plan, prepared(plan, rows))
    assert money.currency(now, "accounts", "Revenue") == "=Currency"
    assert money.codes(now, "accounts", "Revenue")[[1, 2]].tolist() == ["EUR", "SEK"]
    mixed = prepared(plan, [*rows, ["A002", "7", "EUR"]])
    assert any(i.kind == "no_rate" for i in mixed.report.issues)


def test_the_first_money_of_a_plan_gives_it_its_currency() -> None:
    plan = grid_plan()
    tables = {k: v for k, v in plan.tables.items() if k != "measure"}
    bare = replace(plan, tables=tables)
    now = after(bare, prepared(bare, [["Code", "Revenue"], ["00001", "€ 5"], ["00002", "€ 6"]]))
    assert money.plan_code(now) == "EUR"
    assert money.warnings(now) == []


# ---------------------------------------------------------------------- laws
CODE = st.sampled_from([*(f"{k:05d}" for k in range(24)), "3", "99999", "", "nonsense"])
CELL = st.one_of(st.integers(-999, 999).map(str), st.sampled_from(["", "n/a", "x", "1,5", "(3)"]))


def _tables() -> Iterator[st.SearchStrategy[Rows]]:
    yield st.lists(st.tuples(CODE, CELL, CELL).map(list), min_size=1, max_size=30)


@given(next(_tables()), st.sampled_from(["replace", "fill"]), st.sampled_from(["each", "first"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_join_accounts_for_every_row_and_undo_restores(
    rows: Rows, existing: str, repeats: str
) -> None:
    plan = grid_plan()
    roles = {"Code": "unit_code", "population": "amount", "Visits": "amount"}
    options = {"existing": existing, "repeats": repeats}
    found = prepared(plan, [["Code", "population", "Visits"], *rows], roles=roles, options=options)
    report = found.report
    assert report.read == len(rows)
    assert count(found, "unmatched") == report.rejected
    if found.incoming is None:
        return
    document = Document(plan)
    document.bring(found.incoming)
    document.undo()
    back = document.plan
    assert np.array_equal(back.units.columns["population"], plan.units.columns["population"])
    visits = back.units.columns.get("Visits")
    assert visits is None or np.isnan(visits).all()
    assert back.tables["measure"] == plan.tables["measure"]
    assert back.tables.get("column", {}) == plan.tables.get("column", {})
