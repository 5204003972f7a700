"""The commands `foedus verify` and `foedus arguments`.

Array libraries are imported inside, as in `cli`.
"""

from __future__ import annotations

from pathlib import Path

import click

from foedus.evidence.commands import chosen
from foedus.evidence.store import shared_store
from foedus.handing import Pairs, deliver, read
from foedus.options import json_option, scenario_argument, seed_option, set_option, threads_option
from foedus.report.console import make_console
from foedus.report.progress import watching
from foedus.usage import called, seed_is_for, write

FAULT = 1
FINEST = 1e-7
"""A record has eight figures of a number, so a finer tolerance would find their rounding."""


@click.command()
@scenario_argument
@click.option(
    "--record",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The record to compare with (NAME.verdicts.json beside the scenario).",
)
@click.option("--keep", is_flag=True, help="Keep what is found as the record, over one that is there.")
@click.option(
    "--tolerance",
    type=click.FloatRange(FINEST),
    default=1e-6,
    help="How far a margin may be from the one kept; of the margin itself where it is above 1 (1e-6).",
)
@click.option("--worlds", type=click.IntRange(1), help="Compare the shares over this many worlds too.")
@seed_option
@click.option("--need-evidence", is_flag=True, help="Fail also where the documents are not at hand.")
@click.option(
    "--store", type=click.Path(path_type=Path, dir_okay=False), help="The store of documents to use."
)
@threads_option
@json_option
def verify(
    *,
    path: Path,
    file: Path | None,
    keep: bool,
    tolerance: float,
    worlds: int | None,
    seed: int | None,
    need_evidence: bool,
    store: Path | None,
    threads: int | None,
    as_json: bool,
) -> int:
    """Verify all that a scenario says: its file, its citations, and every claim against a record.

    The exit status is 1 if anything does not hold any more.
    """
    seed_is_for("--worlds", seed, worlds, "worlds to draw")
    from foedus.analysis.record import record_file
    from foedus.report.verification import print_verification
    from foedus.verification import Asked, verify_file

    where = chosen(store, path)
    asked = Asked(
        record=file or record_file(path),
        store=where,
        own=bool(store) or where != shared_store(),
        need_evidence=need_evidence,
        tolerance=tolerance,
        worlds=worlds or 0,
        seed=seed or 0,
        keep=keep,
        threads=threads,
    )
    with watching(f"Verifying {path.name}") as watch:
        document, record = verify_file(path, asked, watch)
    if record is not None:
        write(asked.record, record)
    deliver(
        document,
        as_json,
        lambda found: print_verification(make_console(), make_console(stderr=True), found),
    )
    return 0 if document["holds"] else FAULT


@click.command()
@scenario_argument
@set_option
@click.option("--worlds", type=click.IntRange(1), help="Draw this many worlds: where does each follow?")
@seed_option
@click.option(
    "--argdown",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the arguments to this file, in Argdown.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Read this Argdown file, and print its relations as lines for the scenario.",
)
@threads_option
@json_option
def arguments(
    *,
    path: Path,
    pairs: Pairs,
    worlds: int | None,
    seed: int | None,
    target: Path | None,
    source: Path | None,
    threads: int | None,
    as_json: bool,
) -> int:
    """Show which claims rest on which, which are against each other, and whether conclusions follow.

    With --from the exit status is 1 if the file's relations are not those of the scenario.
    """
    seed_is_for("--worlds", seed, worlds, "worlds to draw")
    if source and (target or worlds or pairs):
        raise click.UsageError("--from only reads a file; it goes without --argdown, --worlds and --set")
    scenario, settings = read(path, pairs)
    from foedus.analysis.argument_shape import find_arguments, import_shape
    from foedus.report.arguments import print_arguments, print_import

    if source:
        from foedus.language.argdown import read_argdown

        relations = read_argdown(source, scenario.claims)
        document = import_shape(scenario, relations, str(source))
        deliver(document, as_json, lambda found: print_import(make_console(), found))
        return FAULT if document["added"] or document["missing"] else 0
    with watching(f"Arguing about {scenario.name}") as watch:
        document = find_arguments(
            scenario,
            called(path),
            worlds=worlds or 0,
            seed=seed or 0,
            settings=settings,
            threads=threads,
            progress=watch,
        )
    if target:
        from foedus.report.argdown import argdown_text

        write(target, argdown_text(document))
    deliver(document, as_json, lambda found: print_arguments(make_console(), found))
    return 0
