"""The command line: make, look at, change and export plans without a window."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from terradesk import __version__, api
from terradesk.cli.building import add_build_commands
from terradesk.cli.importing import add_import_command
from terradesk.cli.past_imports import imports_of, say_imports
from terradesk.cli.saying import add_scenario, plain, say, tell
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, deviation, ngettext, number
from terradesk.progress import Cancelled, Progress, silent

OK, FAILED, INTERRUPTED, CUT_OFF = 0, 1, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 done, 1 something the user can mend (told on stderr), 130 interrupted, 141 nobody reads
        what is said.

    Raises
    ------
    SystemExit
        With 2 for wrong usage, 0 after ``--help`` and ``--version``.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    progress = _bar if sys.stderr is not None and sys.stderr.isatty() else silent
    try:
        options.run(options, progress)
        if sys.stdout is not None:  # a program without a terminal may have none
            sys.stdout.flush()
    except TerraDeskError as error:
        tell(_("Error: {message}").format(message=error.message), error.hint)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        tell(_("Cancelled."))
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads what is said has enough: ... | head
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF
    return OK


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    top = argparse.ArgumentParser(
        prog="terradesk",
        description=_("Design balanced sales territories. Exit codes: 0 done, 1 error, 2 usage."),
    )
    top.add_argument("--version", action="version", version=f"terradesk {__version__}")
    commands = top.add_subparsers(title=_("commands"), required=True, metavar="COMMAND")
    _add_new(commands)
    _add_info(commands)
    _add_assign(commands)
    _add_export(commands)
    add_import_command(commands)
    add_build_commands(commands)
    return top


def _add_new(commands: Any) -> None:
    new = commands.add_parser("new", help=_("make a plan from boundaries and accounts"))
    new.set_defaults(run=_new)
    new.add_argument("plan", metavar="PLAN", type=Path, help=_("file to make (.gpkg)"))
    areas = new.add_mutually_exclusive_group(required=True)
    areas.add_argument(
        *("--units", "-u"),
        metavar="FILE",
        help=_("boundaries: shapefile (also zipped), GeoPackage, GeoJSON"),
    )
    areas.add_argument(
        "--map",
        metavar="KEY",
        default="",
        help=_("instead: a map that comes along (us_zip, us_county …), or each: around customers"),
    )
    new.add_argument("--layer", metavar="NAME", help=_("layer of the boundary file"))
    new.add_argument("--code", metavar="FIELD", default="", help=_("field with the area codes"))
    new.add_argument("--name", metavar="FIELD", default="", help=_("field with the area names"))
    new.add_argument("--accounts", "-a", metavar="FILE", help=_("customers: CSV or Excel"))
    new.add_argument(
        "--from-column",
        metavar="FIELD",
        default="",
        help=_("start with one territory per value of this field of the boundaries"),
    )
    new.add_argument(
        "--noun",
        metavar="ONE/MANY",
        type=_noun,
        help=_("what an area is called, such as county/counties"),
    )
    new.add_argument("--title", metavar="TEXT", default="", help=_("title of the plan"))


def _add_info(commands: Any) -> None:
    info = commands.add_parser("info", help=_("say what is in a plan"))
    info.set_defaults(run=_info)
    info.add_argument("plan", metavar="PLAN", type=Path)
    info.add_argument("--json", action="store_true", help=_("for other programs"))


def _add_assign(commands: Any) -> None:
    change = commands.add_parser("assign", help=_("assign areas from a table"))
    change.set_defaults(run=_assign)
    change.add_argument("plan", metavar="PLAN", type=Path)
    change.add_argument(
        *("--from", "-f"),
        dest="source",
        metavar="CSV",
        required=True,
        help=_("table with a column of area codes and one of territories"),
    )
    change.add_argument("--code", metavar="FIELD", help=_("column of codes, else the first"))
    change.add_argument(
        "--territory", metavar="FIELD", help=_("column of territories, else the second")
    )
    add_scenario(change)


def _add_export(commands: Any) -> None:
    from terradesk.exporters import EXPORTERS

    kinds = ", ".join(f"{e.key} ({e.suffix})" for e in EXPORTERS)
    out = commands.add_parser("export", help=_("write a workbook, shapefiles, a map ..."))
    out.set_defaults(run=_export)
    out.add_argument("plan", metavar="PLAN", type=Path)
    out.add_argument("--to", "-t", metavar="FILE", type=Path, required=True)
    out.add_argument(
        "--format",
        metavar="KEY",
        choices=[e.key for e in EXPORTERS],
        help=_("instead of what the suffix of FILE says: {kinds}").format(kinds=kinds),
    )
    add_scenario(out)


def _noun(text: str) -> tuple[str, str]:
    one, _slash, many = text.partition("/")
    if not one.strip() or not many.strip():
        raise argparse.ArgumentTypeError(_("write it as ONE/MANY, such as county/counties"))
    return one.strip(), many.strip()


# ---------------------------------------------------------------------- commands
def _new(options: argparse.Namespace, progress: Progress) -> None:
    made = api.new(
        options.units,
        options.accounts,
        map=options.map,
        path=options.plan,
        layer=options.layer,
        code=options.code,
        name=options.name,
        from_column=options.from_column,
        noun=options.noun,
        title=options.title,
        progress=progress,
    )
    with made:
        for report in made.reports:
            for issue in report.issues:
                tell(issue.message)
        say(_("Made {path}").format(path=options.plan))
        _summary(made)


def _info(options: argparse.Namespace, progress: Progress) -> None:
    with api.open(options.plan, read_only=True) as opened:
        if options.json:
            say(json.dumps(about(opened), ensure_ascii=False, indent=2))
        else:
            say(opened.plan.setting("title") or options.plan.stem)
            _summary(opened)
            say_imports(opened.plan)


def _assign(options: argparse.Namespace, progress: Progress) -> None:
    from terradesk.readers import read_table

    table = read_table(options.source, progress=progress)
    names = list(table.columns)
    code = _column(names, options.code, 0)
    territory = _column(names, options.territory, 1)
    with api.open(options.plan, options.scenario) as opened:
        before = len(opened.document.steps)
        reason = _("from {file}").format(file=Path(options.source).name)
        cells = table.columns[code].tolist(), table.columns[territory].tolist()
        unknown = opened.assign_table(*cells, reason=reason)
        if unknown:
            text = ngettext(
                "{n} code is not in the plan: {codes}",
                "{n} codes are not in the plan: {codes}",
                len(unknown),
            )
            tell(text.format(n=len(unknown), codes=", ".join(unknown[:20])))
        steps = opened.document.steps[before:]
        say(steps[-1].text if steps else _("Nothing to change."))


def _column(names: Sequence[str], wanted: str | None, place: int) -> str:
    if wanted in names:
        return str(wanted)
    if wanted is None and place < len(names):
        return names[place]
    raise TerraDeskError(
        _("The table has no column {name}.").format(name=wanted or place + 1),
        _("Its columns are: {names}").format(names=", ".join(names)),
    )


def _export(options: argparse.Namespace, progress: Progress) -> None:
    with api.open(options.plan, options.scenario, read_only=True) as opened:
        written = opened.export(options.to, options.format, progress)
    for note in written.notes:
        tell(note)
    for path in written:
        say(str(path))


# ---------------------------------------------------------------------- telling
def about(opened: api.OpenPlan) -> dict[str, Any]:
    """What ``info --json`` says."""
    plan = opened.plan
    return {
        "path": str(opened.path),
        "title": plan.setting("title"),
        "uid": plan.uid,
        "areas": int(plan.units_present.sum()),
        "accounts": int(plan.accounts_present.sum()),
        "unplaced_accounts": _n_unplaced(plan),
        "steps": len(opened.document.steps),
        "imports": imports_of(plan),
        "scenarios": [_scenario(opened, name) for name in opened.scenarios],
    }


def _scenario(opened: api.OpenPlan, name: str) -> dict[str, Any]:
    view = api.OpenPlan(opened.document, name).view
    out: dict[str, Any] = {
        "name": name,
        "is_baseline": view.scenario.is_baseline,
        "territories": [t.name for t in view.leaves],
        "unassigned_areas": int((view.plan.units_present & (view.unit_slots == 0)).sum()),
    }
    balance = _balance(view)
    if balance is not None:
        out |= {
            "balanced_by": balance.measure.name,
            "in_tolerance": balance.n_in_tolerance,
            "tolerance": balance.tolerance,
            "worst": view.name_of(balance.worst),
        }
    return out


def _balance(view: Any) -> Any:
    from terradesk import measures

    try:
        return measures.balance(view)
    except TerraDeskError:
        return None


def _summary(opened: api.OpenPlan) -> None:
    plan = opened.plan
    n_units, n_accounts = int(plan.units_present.sum()), int(plan.accounts_present.sum())
    n_steps, n_unplaced = len(opened.document.steps), _n_unplaced(plan)
    told = [
        f"{number(n_units)} {plan.noun(n_units)}",
        ngettext("{n} account", "{n} accounts", n_accounts).format(n=number(n_accounts)),
        ngettext("{n} step", "{n} steps", n_steps).format(n=number(n_steps)),
    ]
    if n_unplaced:
        told.insert(2, _("{n} of them without a place").format(n=number(n_unplaced)))
    say(", ".join(told))
    for scenario in plan.scenarios:
        view = plan.alignment(plan.alignment_of(scenario.id))
        text = _("{name}: {n} territories").format(name=scenario.name, n=len(view.leaves))
        balance = _balance(view)
        if balance is not None and balance.n_territories and balance.worst in view.slots:
            worst = view.slots[balance.worst]
            text += _(", {n} in tolerance by {measure}, worst {territory} {deviation}").format(
                n=balance.n_in_tolerance,
                measure=balance.measure.name,
                territory=view.name_of(balance.worst),
                deviation=deviation(float(balance.deviations[worst]), balance.tolerance),
            )
        say(text)


def _n_unplaced(plan: Any) -> int:
    return int((plan.accounts_present & (plan.accounts.placement == 0)).sum())


def _bar(fraction: float, message: str = "") -> None:
    """Progress in one line of a terminal."""
    end = "\r" if fraction < 1 else "\r\x1b[K"
    line = f"\r\x1b[K{round(100 * fraction):3d} %  {plain(message)[:60]}" if fraction < 1 else ""
    print(line, end=end, file=sys.stderr, flush=True)
