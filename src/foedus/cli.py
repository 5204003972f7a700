"""The `foedus` command.

Array and kernel libraries are imported inside the commands that use them, so that help, wrong usage and the
small commands answer at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from foedus import __version__
from foedus.claiming import claims, cruxes
from foedus.errors import FoedusError, ScenarioError
from foedus.evidence.commands import evidence
from foedus.handing import Pairs, deliver, read, refuse_invalid
from foedus.options import (
    arrangement_option,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    threads_option,
)
from foedus.report.console import make_console
from foedus.report.faults import print_faults
from foedus.report.progress import watching
from foedus.report.sensitivities import ORDERS
from foedus.usage import (
    Rationalities,
    ScenarioFile,
    of_one_kind,
    require,
    seed_is_for,
    with_fallbacks,
    write,
)
from foedus.verifying import arguments, verify

FAULT, USAGE, INTERRUPTED = 1, 2, 130
MISUSE = {"unknown-name", "override", "bad-limit"}
"""Codes of errors that only a command line can make."""


class Commands(click.Group):
    """Lists commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", message="foedus %(version)s")
def commands() -> None:
    """Security arrangements as executable games: who signs, who keeps a promise, and what follows.

    SCENARIO is a file, or the name of a scenario that ships: `foedus compare ukraine`.
    """


@commands.command()
@scenario_argument
@click.option("--arrangement", "-a", "names", multiple=True, help="Only this one (and its fallback).")
@set_option
@click.option("--worlds", type=click.IntRange(1), help="Draw this many worlds; show medians and 5–95 %.")
@seed_option
@threads_option
@json_option
def compare(
    *,
    path: Path,
    names: tuple[str, ...],
    pairs: Pairs,
    worlds: int | None,
    seed: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Compare arrangements: outcomes, values, who signs, which promises are kept."""
    seed_is_for("--worlds", seed, worlds, "worlds to draw")
    scenario, settings = read(path, pairs)
    chosen = with_fallbacks(scenario, names)
    from foedus.analysis import comparison

    with watching(f"Comparing {scenario.name}") as watch:
        document = comparison.summarise(
            scenario,
            chosen,
            settings=settings,
            worlds=worlds,
            seed=seed or 0,
            threads=threads,
            progress=watch,
        )
    from foedus.report.comparison import print_comparison

    for row in document["arrangements"]:
        refuse_invalid(scenario, row["id"], settings, row)
    deliver(document, as_json, lambda shape: print_comparison(make_console(), shape))


@commands.command()
@scenario_argument
@arrangement_option
@click.option("--outcome", "names", multiple=True, help="Causes of this outcome (all).")
@click.option("--offered", is_flag=True, help="As offered; otherwise in force.")
@set_option
@threads_option
@json_option
def explain(
    *,
    path: Path,
    arrangement: str,
    names: tuple[str, ...],
    offered: bool,
    pairs: Pairs,
    threads: int | None,
    as_json: bool,
) -> None:
    """Show why: the likely course of play, causes of risk, promises, the difference from the fallback."""
    scenario, settings = read(path, pairs)
    require(arrangement, scenario.arrangements, "arrangement")
    for name in names:
        require(name, scenario.outcomes, "outcome")
    from foedus.analysis import explanation
    from foedus.report.explanation import print_explanation, public_starts

    starts = public_starts(scenario)
    with watching(f"Explaining {scenario.name}") as watch:
        found = explanation.explain(
            scenario,
            arrangement,
            names or None,
            in_force=not offered,
            settings=settings,
            threads=threads,
            progress=watch,
        )
    refuse_invalid(scenario, arrangement, settings, found["results"])
    deliver(found, as_json, lambda document: print_explanation(make_console(), document, starts))


commands.add_command(claims)
commands.add_command(cruxes)
commands.add_command(arguments)
commands.add_command(verify)


@commands.command()
@scenario_argument
@arrangement_option
@click.option("--of", "names", multiple=True, help="Only of this outcome, actor (its value) or claim.")
@click.option("--in-force", is_flag=True, help="Signed already; otherwise as offered.")
@click.option("--by", type=click.Choice(ORDERS), default=ORDERS[0], help="What is the largest first.")
@click.option("--most", type=click.IntRange(1), default=10, help="Show this many parameters (10).")
@set_option
@threads_option
@json_option
def sensitivities(
    *,
    path: Path,
    arrangement: str,
    names: tuple[str, ...],
    in_force: bool,
    by: str,
    most: int,
    pairs: Pairs,
    threads: int | None,
    as_json: bool,
) -> None:
    """Show which parameters matter here: derivatives and elasticities, the largest first."""
    scenario, settings = read(path, pairs)
    require(arrangement, scenario.arrangements, "arrangement")
    for name in names:
        require(name, (*scenario.outcomes, *scenario.actors, *scenario.claims), "outcome, actor or claim")
    from foedus.analysis.sensitivity import find_sensitivities
    from foedus.report.sensitivities import print_sensitivities

    with watching(f"Differentiating {scenario.name}") as watch:
        document = find_sensitivities(
            scenario,
            arrangement,
            names or None,
            in_force=in_force,
            settings=settings,
            threads=threads,
            progress=watch,
        ).to_json()
    refuse_invalid(scenario, arrangement, settings, document)
    deliver(document, as_json, lambda found: print_sensitivities(make_console(), found, most, by))


@commands.command()
@click.argument("paths", metavar="FILE...", type=ScenarioFile(), nargs=-1, required=True)
@click.option("--arrangement", "-a", help="The arrangement of a scenario.")
@click.option("--in-force", is_flag=True, help="Signed already; otherwise as offered.")
@click.option("--rationality", type=Rationalities(), help="Every actor's λ in .efg files: 0.5,1,2 (1).")
@click.option("--most", type=click.IntRange(1), default=20, help="Show this many information sets (20).")
@click.option("--trace", is_flag=True, help="Follow the principal branch from λ = 0 through its folds.")
@click.option("--others", type=click.IntRange(1), help="Search for others from this many random starts.")
@click.option("--seed", type=click.IntRange(0), help="The seed of the random starts (0).")
@set_option
@threads_option
@json_option
def solve(
    *,
    paths: tuple[Path, ...],
    arrangement: str | None,
    in_force: bool,
    rationality: tuple[float, ...] | None,
    most: int,
    trace: bool,
    others: int | None,
    seed: int | None,
    pairs: Pairs,
    threads: int | None,
    as_json: bool,
) -> int:
    """Print equilibria in full: what everybody does wherever they may have to choose.

    FILE is a scenario, of which one arrangement is solved, or any number of games in Gambit's format (.efg).
    """
    seed_is_for("--others", seed, others, "random starts")
    if of_one_kind(paths, rationality is not None, bool(arrangement or in_force or pairs)):
        from foedus.gambit.solving import Asked
        from foedus.gamefiles import solve_and_print

        how = Asked(threads, trace, others or 0, seed or 0)
        return 0 if solve_and_print(paths, rationality or (1.0,), how, most=most, as_json=as_json) else FAULT
    if arrangement is None:
        raise click.UsageError("a scenario needs --arrangement, the one to be solved")
    scenario, settings = read(paths[0], pairs)
    require(arrangement, scenario.arrangements, "arrangement")
    from foedus.analysis.solution_shape import solution_shape
    from foedus.analysis.solving import find_others, solve_scenario
    from foedus.report.solution import print_solution

    with watching(f"Solving {scenario.name}"):
        solution = solve_scenario(
            scenario, arrangement, in_force=in_force, settings=settings, threads=threads, trace=trace
        )
        search = find_others(solution, others, seed or 0) if others else None
    document = solution_shape(solution, search)
    refuse_invalid(scenario, arrangement, settings, document)
    deliver(document, as_json, lambda found: print_solution(make_console(), found, most))
    return 0


@commands.command()
@scenario_argument
@arrangement_option
@click.option("--offered", is_flag=True, help="As offered; otherwise in force.")
@set_option
@click.option("--limit", type=click.IntRange(1), default=100_000, help="Most nodes of the tree (100,000).")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@json_option
def export(
    *,
    path: Path,
    arrangement: str,
    offered: bool,
    pairs: Pairs,
    limit: int,
    output: Path | None,
    as_json: bool,
) -> None:
    """Print the game of an arrangement in Gambit's format (.efg), unrolled into a tree."""
    scenario, settings = read(path, pairs)
    require(arrangement, scenario.arrangements, "arrangement")
    from foedus.gambit.exporting import export_scenario

    with watching(f"Exporting {scenario.name}"):
        document = export_scenario(
            scenario, arrangement, in_force=not offered, settings=settings, limit=limit
        )
    for sentence in document["warnings"]:
        click.echo(sentence, err=True)
    if output:
        write(output, document["efg"])
    told = f"Wrote {output}: {document['nodes']:,} nodes.\n" if output else document["efg"]
    deliver(document, as_json, lambda _: click.echo(told, nl=False))


@commands.command()
@scenario_argument
@click.option("--arrangement", "-a", help="Compile this one (the first that is to be signed).")
@click.option("--in-force", is_flag=True, help="Signed already; otherwise as offered.")
@click.option("--mermaid", is_flag=True, help="Print a map of the play as a Mermaid flowchart.")
@json_option
def show(*, path: Path, arrangement: str | None, in_force: bool, mermaid: bool, as_json: bool) -> None:
    """Show the game: who moves when, what they see, and how large it is."""
    scenario, _ = read(path)
    signed = [name for name, each in scenario.arrangements.items() if each.signed_by]
    chosen = arrangement or (signed or list(scenario.arrangements))[0]
    require(chosen, scenario.arrangements, "arrangement")
    from foedus.game.cache import cached_game
    from foedus.game.compile import Variation
    from foedus.game.show import to_json
    from foedus.report.game import print_game

    in_force = in_force and chosen in signed
    with watching(f"Compiling {scenario.name}"):
        game = to_json(cached_game(scenario, chosen, Variation(in_force=in_force)))
    about = {"scenario": scenario.name, "arrangement": chosen, "in_force": in_force, "file": str(path)}
    if mermaid and not as_json:
        click.echo(game["map"], nl=False)
    else:
        deliver(game | about, as_json, lambda document: print_game(make_console(), document))


@commands.command()
@scenario_argument
@click.option("--worlds", type=click.IntRange(1), default=256, help="Look at this many worlds (256).")
@seed_option
@json_option
def check(*, path: Path, worlds: int, seed: int | None, as_json: bool) -> int:
    """Report every fault of a scenario, what its moves give away, and what is hardly meant."""
    from foedus.checking import check_file
    from foedus.report.check import print_check

    with watching(f"Checking {path.name}") as watch:
        document = check_file(path, worlds, seed or 0, watch)
    deliver(document, as_json, lambda found: print_check(make_console(), make_console(stderr=True), found))
    return FAULT if document["faults"] else 0


@commands.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), default="scenario.yaml")
@json_option
def new(path: Path, as_json: bool) -> None:
    """Write a commented starter scenario to PATH (scenario.yaml); never over a file that is there."""
    from foedus.language.starter import starter

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter())
    except FileExistsError:
        raise click.UsageError(f"'{path}' is there already and stays as it is") from None
    except OSError as error:
        raise click.UsageError(f"'{path}' cannot be written: {error.strerror}") from None
    document = {"schema": "foedus/new/1", "path": str(path)}
    deliver(document, as_json, lambda found: click.echo(f"Wrote {found['path']}."))


@commands.command()
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of scenario files, for editors (it is JSON with and without --json)."""
    from foedus.language.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


commands.add_command(evidence)


def main(words: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status: 0, 1 for a fault in the input, 2 for wrong usage."""
    try:
        # Without standalone mode click returns what the command does, or the status of --help.
        status = commands.main(args=words, prog_name="foedus", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except ScenarioError as error:
        print_faults(make_console(stderr=True), error.faults)
        return FAULT
    except FoedusError as error:
        click.echo(f"Error: {error}", err=True)
        return USAGE if error.code in MISUSE else FAULT
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the interpreter's last flush
        if isinstance(error, BrokenPipeError):
            return 0  # Whoever read the output has seen enough.
        which = f": {error.filename}" if error.filename else ""
        click.echo(f"Error: {error.strerror or error}{which}", err=True)
        return FAULT
