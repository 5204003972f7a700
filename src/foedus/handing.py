"""What a command takes from the command line, and how it hands over what it found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from foedus.language.scenario import Scenario
from foedus.usage import outside

Pairs = tuple[tuple[str, str], ...]
Document = Mapping[str, Any]


def read(path: Path, pairs: Pairs = ()) -> tuple[Scenario, dict[str, str]]:
    """The scenario of a file and the settings for it; says which of these are beyond its ranges."""
    from foedus.language.reader import read_scenario

    scenario = read_scenario(path)
    settings = dict(pairs)
    for sentence in outside(scenario, settings):
        click.echo(sentence, err=True)
    return scenario, settings


def refuse_invalid(scenario: Scenario, arrangement: str, settings: dict[str, str], found: Document) -> None:
    """Say what is wrong with the numbers of an arrangement that is invalid at the values asked for."""
    if found["status"] == "invalid" and "worlds" not in found:
        from foedus import checking

        checking.refuse_invalid(scenario, arrangement, settings)


def deliver(document: Document, as_json: bool, show: Callable[[Document], None]) -> None:
    """Print a result as JSON, or hand it to what prints it for people."""
    if as_json:
        click.echo(json.dumps(document, indent=2, allow_nan=False))
    else:
        show(document)
