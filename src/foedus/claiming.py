"""The commands on claims: `foedus claims` and `foedus cruxes`.

Array libraries are imported inside, as in `cli`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from foedus.handing import Pairs, deliver, read
from foedus.language.scenario import Scenario
from foedus.options import json_option, scenario_argument, seed_option, set_option, threads_option
from foedus.report.console import make_console
from foedus.report.progress import watching
from foedus.usage import Setting, called, require, seed_is_for, write

if TYPE_CHECKING:
    from foedus.analysis.survey import Survey

claim_option = click.option("--claim", "-c", "names", multiple=True, help="Only this claim.")


@click.command()
@scenario_argument
@claim_option
@set_option
@click.option("--at", "moved", type=Setting(), multiple=True, help="Move a parameter of the world.")
@click.option(
    "--worlds", type=click.IntRange(1), help="Draw this many worlds: shares, rules, counter-worlds."
)
@seed_option
@click.option("--world", type=click.IntRange(0), help="Only this one of the worlds drawn, counted from 0.")
@click.option("--others", type=click.IntRange(1), help="Search for other equilibria from so many starts.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="Write every world to this file."
)
@click.option(
    "--markdown", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to this file."
)
@threads_option
@json_option
def claims(
    *,
    path: Path,
    names: tuple[str, ...],
    pairs: Pairs,
    moved: Pairs,
    worlds: int | None,
    seed: int | None,
    world: int | None,
    others: int | None,
    table: Path | None,
    page: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Say which of the scenario's claims hold: at the base values and by how much, or over many worlds."""
    seed_is_for("--worlds", seed, worlds, "worlds to draw")
    _fit_together(worlds, moved, {"--world": world, "--others": others, "--csv": table, "--markdown": page})
    if page and names:
        raise click.UsageError("--markdown writes a page of all claims; it goes without --claim")
    scenario, settings = read(path, pairs)
    for name in names:
        require(name, scenario.claims, "claim")
    if worlds is not None and world is None:
        from foedus.analysis.findings import assess
        from foedus.analysis.findings_shape import findings_shape
        from foedus.analysis.survey import survey
        from foedus.report.findings import print_findings

        with watching(f"Surveying the claims of {scenario.name}") as watch:
            found = survey(
                scenario,
                names or None,
                worlds=worlds,
                seed=seed or 0,
                settings=settings,
                threads=threads,
                progress=watch,
            )
            findings = assess(found, others=others or 0, threads=threads, progress=watch)
        if table:
            from foedus.report.worlds import write_worlds

            write_worlds(table, found)
        document = findings_shape(found, findings, called(path), others or 0)
        if page:
            _write_page(page, found, document, path, others)
        deliver(document, as_json, lambda shape: print_findings(make_console(), shape))
        return
    from foedus.analysis.claims import check_claims
    from foedus.analysis.settling import moves_of
    from foedus.report.claims import print_claims, print_moves

    place = _place(scenario, moved, worlds, seed or 0, world)
    with watching(f"Checking the claims of {scenario.name}") as watch:
        checked = check_claims(
            scenario,
            names or None,
            settings=settings,
            world=place,
            drawn=worlds is not None,
            threads=threads,
            progress=watch,
        )
    moves = moves_of(scenario, place, settings) if moved else ()

    def show(document: Mapping[str, Any]) -> None:
        console = make_console()
        print_claims(console, document)
        print_moves(console, moves)

    deliver(checked.to_json(), as_json, show)


@click.command()
@scenario_argument
@click.argument("names", metavar="[CLAIM CLAIM]", nargs=-1)
@click.option("--documents", nargs=2, help="Two documents, each with the claims that cite it.")
@click.option("--with-rationality", is_flag=True, help="Count λ among the assumptions that may divide.")
@click.option("--worlds", type=click.IntRange(1), default=1000, help="Draw this many worlds (1000).")
@seed_option
@set_option
@threads_option
@json_option
def cruxes(
    *,
    path: Path,
    names: tuple[str, ...],
    documents: tuple[str, str] | None,
    with_rationality: bool,
    worlds: int,
    seed: int | None,
    pairs: Pairs,
    threads: int | None,
    as_json: bool,
) -> None:
    """Find what divides two claims or two documents: the assumption, and the threshold, that part the worlds.

    Without CLAIM CLAIM and --documents, every dispute that the scenario's claims name with `against`.
    """
    scenario, settings = read(path, pairs)
    if len(names) not in (0, 2) or (names and documents):
        raise click.UsageError("name two claims, or two documents with --documents, or nothing")
    for name in names:
        require(name, scenario.claims, "claim")
    for name in documents or ():
        require(name, scenario.documents, "document")
    from foedus.analysis.disputes import find_disputes
    from foedus.analysis.disputes_shape import disputes_shape
    from foedus.report.disputes import print_disputes

    with watching(f"Looking for cruxes in {scenario.name}") as watch:
        disputes = find_disputes(
            scenario,
            claims=(names[0], names[1]) if names else None,
            documents=documents,
            worlds=worlds,
            seed=seed or 0,
            settings=settings,
            with_rationality=with_rationality,
            threads=threads,
            progress=watch,
        )
    deliver(
        disputes_shape(disputes, called(path)), as_json, lambda found: print_disputes(make_console(), found)
    )


def _fit_together(worlds: int | None, moved: Pairs, drawn: dict[str, Any]) -> None:
    """Raise UsageError for options that need another one, or contradict it."""
    if worlds is None:
        for option, given in drawn.items():
            if given is not None:
                raise click.UsageError(f"{option} needs --worlds, the worlds that are drawn")
    elif moved:
        raise click.UsageError("--at is about a world of your own; it goes without --worlds")
    elif drawn["--world"] is not None and drawn["--world"] >= worlds:
        raise click.UsageError(
            f"there is no world {drawn['--world']}: the worlds drawn are 0 to {worlds - 1}"
        )


def _place(
    scenario: Scenario, moved: Pairs, worlds: int | None, seed: int, world: int | None
) -> dict[str, float]:
    """The world in which claims are checked: the base values, moved or drawn."""
    if worlds is not None and world is not None:
        from foedus.study.worlds import sample_scrambles

        drawn, _ = sample_scrambles(scenario, worlds, seed)
        return {name: float(values[world]) for name, values in drawn.items()}
    from foedus.analysis.settling import moved_world

    return moved_world(scenario, dict(moved))


def _write_page(page: Path, found: Survey, document: dict[str, Any], path: Path, others: int | None) -> None:
    from foedus.analysis.disputes import NoDispute, between_claims, between_documents
    from foedus.analysis.disputes_shape import disputes_shape
    from foedus.analysis.findings_shape import command_line
    from foedus.report.claims_page import claims_page

    try:
        between = disputes_shape(between_claims(found), called(path))["disputes"]
    except NoDispute:
        between = []
    words = ["foedus", "claims", called(path), "--worlds", str(found.count), "--seed", str(found.seed)]
    words += ["--others", str(others)] if others else []
    command = command_line([*words, "--markdown", page.name], found.settings)
    documents = disputes_shape(between_documents(found), called(path))["disputes"]
    write(page, claims_page(document, between, documents, command))
