"""The sample plan tells its story, in figures computed from the plan itself."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from terradesk import measures, paths, planfile, projection, sample
from terradesk import records as rec
from terradesk.arcs.picking import Picker
from terradesk.document import Document
from terradesk.edits import assign
from terradesk.plan import AlignmentView, Plan


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def plan(cache: Path) -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERRADESK_CACHE_DIR", str(cache))
        return sample.make_plan()


@pytest.fixture
def draft(plan: Plan) -> AlignmentView:
    return plan.alignment(plan.alignment_of(plan.scenarios[-1].id))


def territory(view: AlignmentView, name: str) -> int:
    return next(t.id for t in view.leaves if t.name == name)


def county_rows(plan: Plan, story: str) -> np.ndarray:
    with paths.resource("sample", "counties.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["fips"] for row in csv.DictReader(file) if row["story"] == story]
    return np.flatnonzero(np.isin(plan.units.codes, codes))


def test_a_baseline_and_a_draft_that_comes_into_view(plan: Plan) -> None:
    today, draft = plan.scenarios
    assert (today.name, today.is_baseline, today.status) == ("Today", True, "approved")
    assert (draft.name, draft.is_baseline, draft.base) == ("My draft", False, today.id)
    first, second = (plan.alignment(plan.alignment_of(s.id)) for s in plan.scenarios)
    assert first.id != second.id
    assert np.array_equal(first.assignment, second.assignment)
    for kind in (rec.Territory, rec.Staffing, rec.Override, rec.Lock):
        rows = [{r.uid: r.id for r in plan.rows(kind, view.id)} for view in (first, second)]
        assert rows[0] == rows[1] != {}


def test_25_territories_named_after_places_in_4_regions(draft: AlignmentView) -> None:
    regions = [t for t in draft.territories.values() if t.level == 1]
    assert [r.name for r in regions] == ["West", "Central", "South", "Northeast"]
    assert len(draft.leaves) == 25
    assert all(leaf.parent in {r.id for r in regions} for leaf in draft.leaves)


def test_neighbours_never_share_a_colour(plan: Plan, draft: AlignmentView) -> None:
    arcs = plan.coverage
    assert arcs is not None
    shared = (arcs.left >= 0) & (arcs.right >= 0)
    slots = draft.unit_slots
    pairs = np.unique(np.stack([slots[arcs.left[shared]], slots[arcs.right[shared]]], 1), axis=0)
    colours = {slot: leaf.colour for slot, leaf in enumerate(draft.leaves, 1)}
    assert all(colours[a] != colours[b] for a, b in pairs.tolist() if a != b and a and b)


def test_6_over_5_under_14_in_tolerance_by_population(plan: Plan, draft: AlignmentView) -> None:
    chosen = measures.balance_measure(plan)
    balance = measures.balance(draft)
    assert chosen is not None and chosen.column == "population"
    assert plan.tolerance == 0.1
    off = balance.deviations[1:]
    assert ((off > 0.1).sum(), (off < -0.1).sum(), balance.n_in_tolerance) == (6, 5, 14)
    assert np.abs(np.abs(off) - 0.1).min() > 0.002, "no territory on the edge"


def test_one_county_never_rules_out_the_tolerance(plan: Plan) -> None:
    population = plan.units.column("population")
    assert np.nanmax(population) / np.nansum(population) < 1.1 / 25


def test_one_split_territory_and_one_enclosed_gap(plan: Plan, draft: AlignmentView) -> None:
    pieces = measures.contiguity(draft)
    names = [leaf.name for leaf in draft.leaves]
    parts = dict(zip(names, pieces.parts[1:].tolist(), strict=True))
    assert {name for name, n in parts.items() if n != 1} == {"Raleigh"} and parts["Raleigh"] == 2
    (gap,) = measures.enclosed(draft)
    assert draft.name_of(gap.territory) == "Denver"
    assert np.array_equal(np.sort(gap.rows), county_rows(plan, "gap")) and len(gap.rows) == 3
    assert np.array_equal(np.flatnonzero(draft.assignment < 0), np.sort(gap.rows))
    (apart,) = measures.detached(draft)
    assert np.array_equal(np.sort(apart.rows), county_rows(plan, "detached"))


def test_24_reps_one_vacancy_one_rep_outside(plan: Plan, draft: AlignmentView) -> None:
    assert plan.coverage is not None
    assert len(plan.rows(rec.Rep)) == len(draft.owners) == 24
    assert [t.name for t in draft.leaves if t.id not in draft.owners] == ["Jacksonville"]
    homes = np.array([(r.home_lon, r.home_lat) for r in draft.owners.values()])
    xy = projection.to_plan(homes, "EPSG:4326", plan.crs)
    at_home = draft.assignment[Picker(plan.coverage).locate_points(xy)]
    outside = [t for t, home in zip(draft.owners, at_home.tolist(), strict=True) if t != home]
    assert [draft.name_of(t) for t in outside] == ["Memphis"]


def test_named_accounts_and_the_lock(plan: Plan, draft: AlignmentView) -> None:
    assert len(draft.overrides) == 5
    for override in draft.overrides.values():
        home = draft.assignment[plan.accounts.unit[override.account]]
        assert override.territory != home and override.reason
    assert [draft.name_of(t) for t in draft.locked_territories] == ["Boston"]


def test_accounts_hold_the_sums_of_the_order_lines(plan: Plan) -> None:
    import gzip

    with gzip.open(paths.resource("superstore_orders_us.csv.gz"), "rt", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    accounts = plan.accounts
    is_customer = accounts.column("status") == "Customer"
    assert is_customer.sum() == len({(row["zip"], row["Segment"]) for row in lines}) == 1258
    assert (~is_customer).sum() == 1500
    for name, column in (("Sales", "sales"), ("Profit", "profit")):
        total = accounts.column(column).sum()
        assert total == pytest.approx(sum(float(row[name]) for row in lines), abs=10)
    assert accounts.column("orders").sum() == len(lines)
    assert (accounts.column("sales")[~is_customer] == 0).all()
    assert (accounts.column("potential") > 0).all()
    assert (accounts.unit >= 0).all()
    assert len(set(accounts.ids)) == len(set(accounts.names)) == len(accounts)


def test_prospects_follow_the_establishments(plan: Plan) -> None:
    accounts, firms = plan.accounts, np.nan_to_num(plan.units.column("establishments"))
    rows = accounts.unit[accounts.column("status") == "Prospect"]
    states = plan.units.column("state")
    found = Counter(states[rows].tolist())
    for state in ("California", "Texas", "Ohio", "Wyoming"):
        share = firms[states == state].sum() / firms.sum()
        assert found[state] == pytest.approx(1500 * share, abs=6), state


def test_two_drags_bring_denver_and_dallas_into_tolerance(plan: Plan, draft: AlignmentView) -> None:
    document, denver = Document(plan), territory(draft, "Denver")
    slots = [draft.slots[territory(draft, name)] for name in ("Denver", "Dallas")]

    def state() -> list[bool]:
        view = document.plan.alignment(draft.id)
        return measures.balance(view).in_tolerance[slots].tolist()

    assert state() == [False, False]
    for story, after in (("gap", [True, False]), ("second drag", [True, True])):
        done = assign(document.plan, draft.id, county_rows(plan, story), denver)
        assert done.edit is not None and done.n_locked == 0
        document.do(done.edit)
        assert state() == after
    view = document.plan.alignment(draft.id)
    assert measures.balance(view).n_in_tolerance == 16
    assert measures.contiguity(view).parts[slots].tolist() == [1, 1]
    assert measures.enclosed(view) == []


def test_the_tips_outline_the_gap(plan: Plan, draft: AlignmentView) -> None:
    tips = sample.tips(plan)
    assert [tip.key for tip in tips] == ["drag", "card", "undo", "export"]
    first = tips[0]
    assert np.array_equal(
        np.flatnonzero(np.isin(plan.units.codes, first.codes)), county_rows(plan, "gap")
    )
    target = plan.row("territory", first.territory, draft.id)
    assert isinstance(target, rec.Territory) and target.name == "Denver"
    assert sample.tips(sample.new_from_map("de_land")) == ()


def test_the_notes_say_what_is_invented(plan: Plan) -> None:
    text = " ".join(note.text for note in plan.rows(rec.Note))
    for word in ("CC0", "company names are invented", "reps are invented", "1500", "approximate"):
        assert word in text
    assert all(rep.email.endswith("@example.com") for rep in plan.rows(rec.Rep))


def test_two_samples_match_in_everything(plan: Plan) -> None:
    again = sample.make_plan()
    assert again.uid == plan.uid
    assert again.tables == plan.tables
    assert again.accounts.ids.tolist() == plan.accounts.ids.tolist()
    assert again.accounts.names.tolist() == plan.accounts.names.tolist()


def test_every_id_is_used_once(plan: Plan) -> None:
    kinds_by_id: dict[int, set[tuple[str, str]]] = {}
    for kind, table in plan.tables.items():
        for row in table.values():
            kinds_by_id.setdefault(row.id, set()).add((kind, row.uid))
    assert all(len(rows) == 1 for rows in kinds_by_id.values())
    assert min(kinds_by_id) > 0 and max(kinds_by_id) < plan.next_id


def test_opening_makes_a_fresh_copy_each_time(
    plan: Plan, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERRADESK_CACHE_DIR", str(cache))
    kept = sample.sample_path()
    before = kept.read_bytes()
    first = sample.open_sample()
    view = first.plan.alignment(first.plan.alignment_of(first.plan.scenarios[-1].id))
    done = assign(first.plan, view.id, county_rows(plan, "gap"), territory(view, "Denver"))
    assert done.edit is not None
    first.do(done.edit)
    second = sample.open_sample()
    assert first.path != second.path and planfile.is_untitled(second.path or "")
    assert np.array_equal(second.plan.assignments[view.id], plan.assignments[view.id])
    assert second.plan.tables == plan.tables
    assert second.undo_step is None
    assert kept == sample.sample_path() and kept.read_bytes() == before
    first.close()
    second.close()


def test_a_damaged_sample_is_made_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRADESK_CACHE_DIR", str(cache))
    sample.sample_path().write_bytes(b"no database")
    document = sample.open_sample()
    assert document.plan.setting("title") == "US field plan 2027"
    document.close()
    again = sample.open_sample()
    assert again.path is not None and again.path.name.startswith("US-field-plan")
    again.close()
