"""`foedus evidence …`: the commands on documents, passages and citations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from foedus import library
from foedus.evidence.store import FIELDS, open_store, shared_store, store_of
from foedus.handing import deliver, read
from foedus.report.console import make_console
from foedus.report.progress import watching
from foedus.usage import Documents, ScenarioFile, require, write

FAULT = 1
EXPORTS = ("prov", "claimreview", "csl", "bibtex")

Command = TypeVar("Command", bound=Callable[..., Any])

scenario_argument = click.argument("path", metavar="SCENARIO", type=ScenarioFile())
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
store_option = click.option(
    "--store", "file", type=click.Path(path_type=Path, dir_okay=False), help="The store to use."
)
for_option = click.option("--for", "path", type=ScenarioFile(), help="Use the store of this SCENARIO.")


def metadata_options(command: Command) -> Command:
    """One option for each of a document's metadata."""
    for name in reversed(FIELDS):
        command = click.option(f"--{name}", help=f"The {name} of every document that is added.")(command)
    return command


def chosen(file: Path | None, scenario: Path | None, *, making: bool = False) -> Path:
    """The store that is meant: the one named, else the one beside the scenario, else the user's own."""
    if file:
        return file
    if scenario and scenario.resolve().parent != library.FOLDER.resolve():
        beside = store_of(scenario)
        if making or beside.is_file():
            return beside
    return shared_store()


@click.group()
def evidence() -> None:
    """Documents and citations: where a number or a claim comes from, and whether it still says so."""


@evidence.command()
@click.argument("paths", metavar="FILE...", type=Documents(exists=True), nargs=-1, required=True)
@for_option
@store_option
@click.option("--id", "name", help="The id that citations use (made from the file's name).")
@metadata_options
@click.option(
    "--listing",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with the metadata of many documents; also a scenario, with its documents.",
)
@click.option("--encoding", help="The encoding of the files (found out).")
@click.option("--replace", is_flag=True, help="Put another text in the place of one of the same id.")
@json_option
def add(
    *,
    paths: tuple[Path, ...],
    path: Path | None,
    file: Path | None,
    name: str | None,
    listing: Path | None,
    encoding: str | None,
    replace: bool,
    as_json: bool,
    **metadata: str | None,
) -> int:
    """Register documents: text, Markdown, HTML and PDF files, and folders of them.

    FILE is one of these, or the name of a scenario that ships with its documents: poland.
    """
    from foedus.evidence.adding import Asked
    from foedus.evidence.adding import add as add_to
    from foedus.report.evidence import print_added

    said = {key: value for key, value in metadata.items() if value}
    asked = Asked(said, name, encoding, replace, listing)
    with (
        watching("Adding documents") as watch,
        open_store(chosen(file, path, making=True), write=True) as store,
    ):
        document = add_to(store, paths, asked, watch)
    deliver(document, as_json, lambda found: print_added(make_console(), found))
    return FAULT if document["counts"]["refused"] else 0


@evidence.command("list")
@for_option
@store_option
@json_option
def list_(*, path: Path | None, file: Path | None, as_json: bool) -> None:
    """List the documents that are registered."""
    from foedus.evidence.showing import documents
    from foedus.report.evidence import print_documents

    with open_store(chosen(file, path)) as store:
        document = documents(store)
    deliver(document, as_json, lambda found: print_documents(make_console(), found))


@evidence.command()
@click.argument("target", metavar="DOCUMENT|CITATION")
@click.option("--context", type=click.IntRange(0, 100), default=1, help="Paragraphs before and after (1).")
@for_option
@store_option
@json_option
def show(*, target: str, context: int, path: Path | None, file: Path | None, as_json: bool) -> None:
    """Show a document, or a passage in its place."""
    from foedus.evidence.showing import shown
    from foedus.report.evidence import print_shown

    with open_store(chosen(file, path)) as store:
        document = shown(store, target, context)
    deliver(document, as_json, lambda found: print_shown(make_console(), found))


@evidence.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--most", type=click.IntRange(1, 1000), default=10, help="Show this many passages (10).")
@click.option("--context", type=click.IntRange(0, 100), default=1, help="Paragraphs before and after (1).")
@click.option("--in", "document", help="Only in this document.")
@for_option
@store_option
@json_option
def search(
    *,
    words: tuple[str, ...],
    most: int,
    context: int,
    document: str | None,
    path: Path | None,
    file: Path | None,
    as_json: bool,
) -> None:
    """Find passages by their words, the best first.

    All WORDS must occur; "several words" in quotes are a phrase, word* a beginning, OR stands between
    alternatives, and -word must not occur (after --, so that it is no option).
    """
    from foedus.evidence.searching import search as search_in
    from foedus.report.evidence import print_hits

    # A word with a blank in it was in quotes on the command line.
    query = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)
    with open_store(chosen(file, path)) as store:
        found = search_in(store, query, most, context, document)
    deliver(found, as_json, lambda shape: print_hits(make_console(), shape))


@evidence.command()
@click.argument("target", metavar="PASSAGE|SCENARIO")
@click.option("--all", "everything", is_flag=True, help="All citations of a SCENARIO.")
@click.option("--write", "keep", is_flag=True, help="Keep the fingerprints beside the scenario (with --all).")
@click.option("--renew", is_flag=True, help="Also those that differ from what is kept (with --write).")
@for_option
@store_option
@json_option
def cite(
    *,
    target: str,
    everything: bool,
    keep: bool,
    renew: bool,
    path: Path | None,
    file: Path | None,
    as_json: bool,
) -> int:
    """Give the citation to paste, and the fingerprint, of a passage: DOCUMENT#PARAGRAPH, or words of it."""
    from foedus.evidence.citing import cite as cite_one
    from foedus.evidence.citing import cite_all
    from foedus.report.evidence import print_cited, print_kept

    if not everything:
        if keep or renew:
            raise click.UsageError("--write and --renew are for --all")
        with open_store(chosen(file, path)) as store:
            document = cite_one(store, target)
        deliver(document, as_json, lambda found: print_cited(make_console(), found))
        return 0 if len(document["passages"]) == 1 else FAULT
    if renew and not keep:
        raise click.UsageError("--renew is for --write")
    own: Path = ScenarioFile().convert(target, None, None)
    scenario, _ = read(own)
    with open_store(chosen(file, path or own)) as store:
        document = cite_all(store, scenario, write=keep, renew=renew)
    deliver(document, as_json, lambda found: print_kept(make_console(), found))
    return FAULT if document["counts"]["absent"] or document["counts"]["differs"] else 0


@evidence.command()
@scenario_argument
@click.option("--passages", is_flag=True, help="Print each passage, and what the scenario rests on it.")
@store_option
@json_option
def check(*, path: Path, passages: bool, file: Path | None, as_json: bool) -> int:
    """Check every citation of a scenario: resolves, changed, moved, ambiguous or missing."""
    from foedus.evidence.checking import check as check_in
    from foedus.report.evidence import print_checked

    scenario, _ = read(path)
    with open_store(chosen(file, path)) as store:
        document = check_in(store, scenario, passages=passages)
    deliver(document, as_json, lambda found: print_checked(make_console(), make_console(stderr=True), found))
    return 0 if document["counts"]["resolves"] == len(document["citations"]) else FAULT


@evidence.command()
@scenario_argument
@click.option("--arrangement", "-a", "names", multiple=True, help="Sensitivities under this one only (all).")
@click.option("--in-force", is_flag=True, help="Signed already; otherwise as offered.")
@click.option("--no-results", is_flag=True, help="Leave the sensitivities out, which take longest.")
@store_option
@json_option
def coverage(
    *,
    path: Path,
    names: tuple[str, ...],
    in_force: bool,
    no_results: bool,
    file: Path | None,
    as_json: bool,
) -> None:
    """Say what every assumption rests on, and how much of each result rests on judgment alone."""
    from foedus.evidence.coverage import cover
    from foedus.report.coverage import print_coverage

    scenario, _ = read(path)
    for name in names:
        require(name, scenario.arrangements, "arrangement")
    wanted = () if no_results else names or tuple(scenario.arrangements)
    where = chosen(file, path)
    with watching(f"Differentiating {scenario.name}") as watch:
        document = cover(scenario, where if file or where.is_file() else None, wanted, in_force, watch)
    deliver(document, as_json, lambda found: print_coverage(make_console(), found))


@evidence.command()
@scenario_argument
@click.option("--as", "form", type=click.Choice(EXPORTS), required=True, help="The format.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@store_option
@json_option
def export(*, path: Path, form: str, output: Path | None, file: Path | None, as_json: bool) -> None:
    """Print sources (csl, bibtex), verdicts on claims (claimreview), or where results come from (prov)."""
    from foedus.evidence.exporting import export_as

    scenario, _ = read(path)
    where = chosen(file, path)
    with watching(f"Exporting {scenario.name}") as watch:
        text = export_as(scenario, form, where if file or where.is_file() else None, watch)
    if output:
        write(output, text)
    document = {"schema": "foedus/evidence-export/1", "scenario": scenario.name, "as": form, "text": text}
    told = f"Wrote {output}.\n" if output else text
    deliver(document, as_json, lambda _: click.echo(told, nl=False))
