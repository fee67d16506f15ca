"""Commands of the builder: build, diagnose, swaps."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from terradesk import api
from terradesk.api import building
from terradesk.cli.saying import add_scenario, say, tell
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, deviation, number, percent
from terradesk.progress import Progress

__all__ = ["add_build_commands"]

_N_CHOICES = 6
# As in terradesk.builder.plans.settings, which takes half a second to load.
MODES = ("new", "fill", "rebalance", "carve", "absorb", "split", "nested", "selected")
SEEDS = ("off", "fixed", "begin", "reps")
CONTIGUITY = ("edge", "corner", "off")
REACH = ("only", "near", "all")


def add_build_commands(commands: Any) -> None:
    """Add ``build``, ``diagnose`` and ``swaps`` to the commands."""
    build = commands.add_parser("build", help=_("build or rebalance territories"))
    build.set_defaults(run=_build)
    _add_wishes(build)
    build.add_argument(
        "--as-new-scenario", metavar="NAME", default="", help=_("leave the present one as it is")
    )
    build.add_argument(
        "--pareto", action="store_true", help=_("list good choices between balance, shape and kept")
    )
    build.add_argument(
        "--choose", metavar="N", type=int, help=_("with --pareto: the number of the choice to take")
    )
    build.add_argument("--dry-run", action="store_true", help=_("change nothing"))
    diagnose = commands.add_parser("diagnose", help=_("say why a build cannot be as asked"))
    diagnose.set_defaults(run=_diagnose)
    _add_wishes(diagnose)
    swaps = commands.add_parser("swaps", help=_("list the moves that would balance the plan"))
    swaps.set_defaults(run=_swaps)
    _add_wishes(swaps)
    swaps.add_argument("--most", metavar="N", type=int, default=10, help=_("how many to list"))


def _add_wishes(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("plan", metavar="PLAN", type=Path)
    add("--territories", "-n", metavar="N", type=int, help=_("how many there should be"))
    add(
        *("--balance", "-b"),
        metavar="MEASURE[:TOLERANCE%][:WEIGHT]",
        action="append",
        default=[],
        help=_("measure to balance by; may be given several times"),
    )
    add(
        "--mode",
        choices=MODES,
        metavar="MODE",
        help=_("one of {modes}; by default new with --territories, else rebalance").format(
            modes=", ".join(MODES)
        ),
    )
    add("--of", metavar="NAME", action="append", default=[], help=_("territory concerned"))
    add(
        "--areas",
        metavar="CODE,CODE",
        type=_codes,
        default=(),
        help=_("areas that selected shares out, or that carve begins with"),
    )
    add("--keep", metavar="PERCENT", type=_percent, help=_("how much to keep as it is"))
    add("--compact", metavar="PERCENT", type=_percent, help=_("how much compact shape counts"))
    add("--capacity", metavar="AMOUNT", type=float, help=_("what one territory can serve at most"))
    add("--whole", metavar="COLUMN", help=_("column of the areas, such as state, to keep whole"))
    add("--most-accounts", metavar="N", type=int, help=_("accounts one territory may hand over"))
    add("--share", metavar="NAME:PERCENT", action="append", default=[], type=_share,
        help=_("share of a full territory, such as for a part-time rep"))  # fmt: skip
    add("--minimum", metavar="AMOUNT", type=float, help=_("of the first measure, per territory"))
    add("--maximum", metavar="AMOUNT", type=float, help=_("of the first measure, per territory"))
    add("--contiguity", choices=CONTIGUITY, metavar="KIND", help=", ".join(CONTIGUITY))
    add("--reach", choices=REACH, metavar="KIND",
        help=_("whom absorb and carve may change: only, near, all"))  # fmt: skip
    add("--seeds", choices=SEEDS, metavar="KIND", help=_("start points: off, fixed, begin, reps"))
    add("--seed", metavar="N", type=int, help=_("run number: the same gives the same result"))
    add("--starts", metavar="N", type=int, help=_("runs, of which the best is taken"))
    add("--effort", metavar="X", type=float, help=_("0.25 quick, 1 usual, 4 thorough"))
    add("--json", action="store_true", help=_("for other programs"))
    add_scenario(command)


def _percent(text: str) -> float:
    try:
        return float(text.strip().rstrip("%")) / 100
    except ValueError:
        raise argparse.ArgumentTypeError(_("write a number such as 90")) from None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _share(text: str) -> tuple[str, float]:
    name, colon, share = text.rpartition(":")
    if not colon:
        raise argparse.ArgumentTypeError(_("write it as NAME:PERCENT, such as Denver:50"))
    return name, _percent(share)


def _wishes(options: argparse.Namespace) -> dict[str, Any]:
    """Options as `OpenPlan.build` takes them."""
    return {
        "territories": options.territories,
        "balance": options.balance,
        "mode": options.mode,
        "of": options.of,
        "keep": options.keep,
        "compactness": options.compact,
        "capacity": options.capacity,
        "district_column": options.whole,
        "handover_most": options.most_accounts,
        "shares": dict(options.share),
        "minimum": options.minimum,
        "maximum": options.maximum,
        "contiguity": options.contiguity,
        "reach": options.reach,
        "seeds": options.seeds,
        "seed": options.seed,
        "starts": options.starts,
        "effort": options.effort,
    }


# ---------------------------------------------------------------------- build
def _build(options: argparse.Namespace, progress: Progress) -> None:
    only_looks = options.dry_run or (options.pareto and options.choose is None)
    with api.open(options.plan, options.scenario, read_only=only_looks) as opened:
        if options.pareto:
            _build_choice(opened, options, progress)
            return
        wishes = _wishes(options)
        built = opened.build(**wishes, areas=options.areas, accept=False, progress=progress)
        _finish(built, options)


def _build_choice(opened: api.OpenPlan, options: argparse.Namespace, progress: Progress) -> None:
    asked = building.ask(opened, **_wishes(options))
    found = building.choices(opened, asked, options.areas, _N_CHOICES, progress)
    if options.choose is not None:
        if not 1 <= options.choose <= len(found):
            text = _("There is no choice {n}: there are {m}.")
            raise TerraDeskError(
                text.format(n=options.choose, m=len(found)), _("Run it without --choose first.")
            )
        _finish(found[options.choose - 1][1], options)
    elif options.json:
        rows = [{"label": label, **built.as_dict()} for label, built in found]
        say(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for place, (label, built) in enumerate(found, 1):
            text = f"{label}: {_figures(built)}" if label else _figures(built)
            say(f"{place}  {text}")


def _finish(built: building.Built, options: argparse.Namespace) -> None:
    """Bring a build into the plan unless it is only to be looked at, and say what it is."""
    if not options.dry_run:
        built.accept(options.as_new_scenario)
    if options.json:
        say(json.dumps(built.as_dict(), ensure_ascii=False, indent=2))
        return
    for line in _table(built):
        say(line)
    say(built.sentence)
    say(_figures(built))
    for note in built.notes:
        tell(note)
    if options.dry_run:
        say(_("Nothing was changed."))


def _figures(built: building.Built) -> str:
    """The main figures of a build on one line."""
    facts = built.as_dict()
    k = len(facts["territories"])
    parts = [
        _("{n} of {k} within tolerance").format(n=number(facts["in_tolerance"]), k=number(k)),
        _("compactness {x}").format(x=number(facts["compactness"] or 0.0, 2)),
    ]
    if facts["kept"] is not None:
        parts.append(_("{share} kept").format(share=percent(facts["kept"], 1, signed=False)))
    n = facts["areas_changed"]
    noun = built.plan.plan.noun(n)
    parts.append(_("{n} {noun} change hands").format(n=number(n), noun=noun))
    return ", ".join(parts)


def _table(built: building.Built) -> list[str]:
    """Lines of an aligned table: deviation of each territory by each measure."""
    tolerances = built.prepared.problem.tolerances.tolist()
    measures = [m.name for m in built.prepared.measures]
    rows = [[_("Territory"), *measures, _("areas")]]
    for territory in built.territories:
        found = [territory["measures"][name]["deviation"] for name in measures]
        shown = [
            deviation(float("nan") if d is None else d, t)
            for d, t in zip(found, tolerances, strict=True)
        ]
        rows.append([territory["name"], *shown, number(territory["areas"])])
    widths = [max(len(row[j]) for row in rows) for j in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(w) if j == 0 else cell.rjust(w)
            for j, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


# ---------------------------------------------------------------------- diagnose, swaps
def _diagnose(options: argparse.Namespace, _progress: Progress) -> None:
    with api.open(options.plan, options.scenario, read_only=True) as opened:
        found = opened.diagnose(**_wishes(options), areas=options.areas)
    tightest = dict(
        zip(
            (m.name for m in found.prepared.measures),
            found.diagnosis.tightest.tolist(),
            strict=True,
        )
    )
    if options.json:
        facts = {
            "is_possible": found.is_possible,
            "findings": list(found.sentences),
            "tightest": tightest,
            "notes": list(found.prepared.notes),
        }
        say(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for note in found.prepared.notes:
        tell(note)
    for sentence in found.sentences:
        say(sentence)
    if not found.sentences:
        say(_("Nothing was found that stands in the way."))


def _swaps(options: argparse.Namespace, progress: Progress) -> None:
    with api.open(options.plan, options.scenario, read_only=True) as opened:
        wishes = {**_wishes(options), "territories": None}
        asked = building.ask(opened, **{**wishes, "mode": "rebalance"})
        found = building.suggest(opened, asked, options.most, progress)
    if options.json:
        rows = [
            {
                "sentence": s.sentence,
                "areas": dict(zip(s.codes, s.territories, strict=True)),
                "out_of_tolerance_after": s.n_out,
            }
            for s in found
        ]
        say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for place, one in enumerate(found, 1):
        say(f"{place}  {one.sentence}")
    if not found:
        say(_("No move was found that would make the plan better."))
