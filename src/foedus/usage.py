"""The words of a command line: scenarios, settings, arrangements; wrong ones get a hint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from foedus import library
from foedus.errors import UnknownName, nearest
from foedus.language.scenario import Scenario


class ScenarioFile(click.ParamType[Path]):
    """A path, or the name of a scenario that ships."""

    name = "scenario"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.is_file() or isinstance(value, Path):
            return path
        if path.is_dir():
            self.fail(f"'{value}' is a folder", param, ctx)
        if path.suffix in (".yaml", ".yml") or path.parent != Path("."):
            self.fail(f"there is no file '{value}'", param, ctx)
        try:
            return library.find(value)
        except UnknownName as unknown:
            self.fail(f"there is no file '{value}', and {unknown}", param, ctx)


class Setting(click.ParamType[tuple[str, str]]):
    """`name=value`."""

    name = "name=value"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, sign, text = value.partition("=")
        if not (sign and name.strip() and text.strip()):
            self.fail(f"'{value}' is not of the form name=value", param, ctx)
        return name.strip(), text.strip()


def outside(scenario: Scenario, settings: Mapping[str, str]) -> list[str]:
    """One sentence for each setting beyond the range that the scenario gives: allowed, but worth saying."""
    told = []
    for name, text in settings.items():
        parameter = scenario.parameters.get(name)
        value = _number(text)
        if parameter and parameter.range and value is not None:
            low, high = parameter.range
            if not low <= value <= high:
                told.append(f"{name} = {text} lies outside the scenario's range, {low:g} to {high:g}.")
    return told


def with_fallbacks(scenario: Scenario, names: tuple[str, ...]) -> tuple[str, ...]:
    """The named arrangements and what holds if they are refused, in file order; all where none is named."""
    for name in names:
        require(name, scenario.arrangements, "arrangement")
    wanted = {*names, *(scenario.baseline(name) for name in names)}
    return tuple(name for name in scenario.arrangements if name in wanted or not names)


def require(name: str, known: Iterable[str], what: str) -> str:
    """The name, or an error that says which one was perhaps meant."""
    names = tuple(known)
    if name not in names:
        hint = nearest(name, names)
        raise click.UsageError(f"the scenario has no {what} '{name}'{hint}")
    return name


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
