"""What a list of people changes in a plan: reps, their managers, homes and territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from terradesk import records as rec
from terradesk.edits import Record
from terradesk.i18n import _, number, percent
from terradesk.importing.owning import Names
from terradesk.importing.people.listed import Listed, Post
from terradesk.importing.updating.matching import folded
from terradesk.plan import Plan

_SAME = 1e-5  # degrees, a metre
_OWNER, _OVERLAY = "owner", "overlay"


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """One person beside the rep of the plan.

    Parameters
    ----------
    group : {"added", "changed", "gone", "same"}
    key : str
        Of the item.
    title : str
    before, after : str
    rows : tuple of int
    records : tuple of Record
    """

    group: str
    key: str
    title: str
    before: str = ""
    after: str = ""
    rows: tuple[int, ...] = ()
    records: tuple[Record, ...] = ()


class Differences:
    """Lays a list of people on a plan.

    Parameters
    ----------
    plan : Plan
        Its ``next_id`` is the first for new records.
    alignment : int
        Whose territories they have.
    people : list of Listed
    left_out : frozenset of str
        Keys of differences that are not taken.
    picked : mapping of str to str
        Territory for the key of an unknown one.
    overwrites, removes : bool
        Whether empty cells empty what the plan has; whether reps that are not listed go.
    """

    def __init__(
        self,
        plan: Plan,
        alignment: int,
        people: Sequence[Listed],
        left_out: frozenset[str],
        picked: Mapping[str, str],
        overwrites: bool,
        removes: bool,
    ) -> None:
        self.plan, self.alignment, self.people = plan, alignment, people
        self.left_out, self.picked = left_out, picked
        self.overwrites, self.removes = overwrites, removes
        self.next_id = plan.next_id
        self.reps = plan.rows(rec.Rep)
        self.view = plan.alignment(alignment)
        self.names = Names(self.view)
        self.staffing = plan.rows(rec.Staffing, alignment)
        self.unknown: dict[str, list[int]] = {}
        self.no_manager: list[int] = []
        self.owned: dict[int, int] = {}  # territory: rep that the list makes its owner

    def found(self) -> list[Difference]:
        """All differences; those that are left out without records."""
        old = self._matched
        ids = {id(one): old[one.key].id if one.key in old else self._new_id()
               for one in self.people}  # fmt: skip
        bosses = self._bosses(ids)
        names = {rep.id: rep.name for rep in self.reps} | {
            ids[id(one)]: one.name for one in self.people
        }
        out = [
            self._one(one, old.get(one.key), ids[id(one)], bosses.get(ids[id(one)]), names)
            for one in self.people
        ]
        kept = {rep.id for rep in old.values()}
        out += [self._gone(rep) for rep in self.reps if rep.id not in kept]
        return out

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    @cached_property
    def _matched(self) -> dict[str, rec.Rep]:
        """Rep of each key: by e-mail address, else by a name that only one has."""
        by_email = {rep.email.strip().casefold(): rep for rep in self.reps if rep.email}
        by_name: dict[str, rec.Rep | None] = {}
        for rep in self.reps:
            key = folded(rep.name)
            by_name[key] = None if key in by_name else rep
        out: dict[str, rec.Rep] = {}
        taken: set[int] = set()
        for way in ("email", "name"):
            for one in self.people:
                text = one.texts[way]
                found = by_email.get(text.casefold()) if way == "email" else None
                if way == "name" and text:
                    found = by_name.get(folded(text))
                    differs = found and found.email and one.texts["email"]
                    found = None if differs and len(self._called(text)) > 1 else found
                if found is not None and one.key not in out and found.id not in taken:
                    out[one.key] = found
                    taken.add(found.id)
        return out

    def _called(self, name: str) -> list[Listed]:
        return [one for one in self.people if folded(one.texts["name"]) == folded(name)]

    def _bosses(self, ids: Mapping[int, int]) -> dict[int, int]:
        """Manager of each rep by number, e-mail address or name; never in a circle."""
        known: dict[str, int] = {}
        for rep in self.reps:
            for key in (rep.email.casefold(), folded(rep.name)):
                if key:
                    known[key] = rep.id
        for role in ("name", "email", "rep_id"):
            for one in self.people:
                if one.texts[role]:
                    text = one.texts[role]
                    known[folded(text) if role == "name" else text.casefold()] = ids[id(one)]
        above = {rep.id: rep.manager for rep in self.reps}
        out: dict[int, int] = {}
        for one in self.people:
            text = one.texts["manager"]
            if not text:
                continue
            mine = ids[id(one)]
            boss = known.get(text.casefold()) or known.get(folded(text))
            if boss is None or self._circles(above, mine, boss):
                self.no_manager += one.rows
                continue
            above[mine] = out[mine] = boss
        return out

    @staticmethod
    def _circles(above: Mapping[int, int], mine: int, boss: int) -> bool:
        seen: set[int] = set()
        while boss and boss not in seen:
            if boss == mine:
                return True
            seen.add(boss)
            boss = above.get(boss, 0)
        return False

    # ------------------------------------------------------------------ one person
    def _one(
        self,
        one: Listed,
        old: rec.Rep | None,
        rep_id: int,
        boss: int | None,
        names: Mapping[int, str],
    ) -> Difference:
        key = f"rep:{old.id}" if old else f"new:{one.key}"
        base = old or rec.Rep(rec.new_uid(), rep_id, name=one.name)
        new = self._filled(one, base, boss)
        records: list[Record] = []
        texts: list[tuple[str, str, str]] = []
        if old is None or new != old:
            records.append(Record("rep", old, new))
            texts += self._texts(base if old else None, new, names)
        posts = self._posts(one, rep_id)
        if key not in self.left_out:
            records += posts[0]
        texts += [("", *pair) for pair in posts[1]]
        if old is not None and not records and not texts:
            return Difference("same", key, one.name, rows=tuple(one.rows))
        before = "; ".join(f"{label} {a}".strip() for label, a, _b in texts if a)
        after = "; ".join(f"{label} {b}".strip() for label, _a, b in texts if b)
        is_on = key not in self.left_out
        return Difference(
            "changed" if old else "added",
            key,
            old.name if old else one.name,
            before if old else "",
            after,
            tuple(one.rows),
            tuple(records) if is_on else (),
        )

    def _filled(self, one: Listed, base: rec.Rep, boss: int | None) -> rec.Rep:
        told = {role: one.texts[role] for role in ("name", "email", "role", "hired", "note")}
        fields: dict[str, object] = {
            role: text
            for role, text in told.items()
            if text or (self.overwrites and role not in ("name", "email"))
        }
        if folded(told["name"]) == folded(base.name):
            fields.pop("name", None)  # in capitals it is no other name
        if boss is not None:
            fields["manager"] = boss
        if np.isfinite(one.lon) and not self._is_home(one, base):
            fields |= {"home_lon": float(one.lon), "home_lat": float(one.lat)}
        return replace(base, **fields)  # type: ignore[arg-type]

    @staticmethod
    def _is_home(one: Listed, base: rec.Rep) -> bool:
        if base.home_lon is None or base.home_lat is None:
            return False
        return max(abs(base.home_lon - one.lon), abs(base.home_lat - one.lat)) < _SAME

    def _texts(
        self, old: rec.Rep | None, new: rec.Rep, names: Mapping[int, str]
    ) -> list[tuple[str, str, str]]:
        labels = {"name": _("Name"), "email": _("E-mail"), "role": _("Role"),
                  "hired": _("Hired"), "note": _("Note")}  # fmt: skip
        out = []
        for role, label in labels.items():
            before = str(getattr(old, role)) if old else ""
            after = str(getattr(new, role))
            if before != after and not (old is None and role == "name"):
                out.append((label, before or "–" if old else "", after or "–"))
        if new.manager != (old.manager if old else 0):
            before = names.get(old.manager, "") if old else ""
            out.append((_("Manager"), before, names.get(new.manager, "")))
        home = (new.home_lon, new.home_lat)
        if home != ((old.home_lon, old.home_lat) if old else (None, None)):
            out.append((_("Home"), _place(old), _place(new)))
        return out

    # ------------------------------------------------------------------ territories
    def _posts(self, one: Listed, rep_id: int) -> tuple[list[Record], list[tuple[str, str]]]:
        """Staffing of a person's territories, and the texts of what differs."""
        wanted: dict[int, Post] = {}
        for post in one.posts:
            territory = self.names.find(self.picked.get(f"territory:{post.territory}", "")
                                        or post.territory)  # fmt: skip
            if territory:
                wanted[territory] = post
            else:
                self.unknown.setdefault(post.territory, []).append(post.row)
        if not wanted:
            return [], []
        records: list[Record] = []
        mine = {s.territory: s for s in self.staffing if s.rep == rep_id}
        before = [self._said(s) for s in mine.values()]
        after = []
        for territory, post in wanted.items():
            made = self._staffed(rep_id, territory, post, mine.get(territory), records)
            after.append(self._said(made))
        left = [s for s in mine.values() if s.territory not in wanted]
        records += [Record("staffing", s, None) for s in left]
        if not records:
            return [], []
        return records, [("; ".join(before), "; ".join(after))]

    def _staffed(
        self,
        rep_id: int,
        territory: int,
        post: Post,
        old: rec.Staffing | None,
        records: list[Record],
    ) -> rec.Staffing:
        """The row of one territory; a rep that the list gives it to takes the place of another."""
        is_first = territory not in self.owned or post.share < 1.0
        role = _OWNER if is_first else _OVERLAY
        if is_first and territory not in self.owned:
            self.owned[territory] = rep_id
            listed_here = self._listed_for.get(territory, set())
            records += [
                Record("staffing", s, None)
                for s in self.staffing
                if s.territory == territory and s.role == _OWNER and s.rep not in listed_here
                and s.rep != rep_id
            ]  # fmt: skip
        base = old or rec.Staffing(
            rec.new_uid(), self._new_id(), self.alignment, territory=territory, rep=rep_id
        )
        made = replace(
            base,
            role=old.role if old else role,
            share=post.share,
            start=post.start or base.start,
            end=post.end or base.end,
        )
        if old != made:
            records.append(Record("staffing", old, made))
        return made

    @cached_property
    def _listed_for(self) -> dict[int, set[int]]:
        """Reps of the plan that the list names for each territory: their rows stay."""
        out: dict[int, set[int]] = {}
        for one in self.people:
            rep = self._matched.get(one.key)
            for post in one.posts:
                found = self.names.find(post.territory)
                if rep is not None and found:
                    out.setdefault(found, set()).add(rep.id)
        return out

    def _said(self, row: rec.Staffing) -> str:
        text = self.view.name_of(row.territory)
        if row.share < 1.0:
            text = f"{text} {percent(row.share, signed=False)}"
        span = " – ".join(part for part in (row.start, row.end) if part)
        return f"{text} ({span})" if span else text

    def _gone(self, rep: rec.Rep) -> Difference:
        key = f"rep:{rep.id}"
        records: list[Record] = []
        if self.removes and key not in self.left_out:
            records = [
                Record("staffing", s, None)
                for s in self.plan.tables.get("staffing", {}).values()
                if isinstance(s, rec.Staffing) and s.rep == rep.id
            ]
            records.append(Record("rep", rep, None))
        posts = "; ".join(self._said(s) for s in self.staffing if s.rep == rep.id)
        return Difference("gone", key, rep.name, posts, records=tuple(records))


def _place(rep: rec.Rep | None) -> str:
    if rep is None or rep.home_lon is None or rep.home_lat is None:
        return ""
    return f"{number(rep.home_lat, 2)}, {number(rep.home_lon, 2)}"
