"""Game files (`.efg`) on the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from foedus.errors import ScenarioError
from foedus.gambit.solving import Asked, solve_file
from foedus.report.console import make_console
from foedus.report.faults import print_faults
from foedus.report.gambit import print_game_solution
from foedus.report.progress import watching


def solve_and_print(
    paths: Sequence[Path],
    rationality: Sequence[float],
    how: Asked,
    *,
    most: int,
    as_json: bool,
) -> bool:
    """Solve files one after another, each at every rationality; whether all could be read.

    One with a fault is told on standard error, and the others are still solved.
    """
    well = True
    for path in paths:
        try:
            with watching(f"Solving {path.name}"):
                documents = list(solve_file(path, rationality, how))
        except ScenarioError as error:
            print_faults(make_console(stderr=True), error.faults)
            well = False
            continue
        for document in documents:
            if as_json:
                click.echo(json.dumps(document, allow_nan=False))
            else:
                print_game_solution(make_console(), document, most)
    return well
