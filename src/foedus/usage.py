"""The words of a command line: scenarios, settings, arrangements; wrong ones get a hint."""

from __future__ import annotations

import os
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
        if path.is_dir() and value not in library.names():
            self.fail(f"'{value}' is a folder", param, ctx)
        if path.suffix in (".yaml", ".yml") or path.parent != Path("."):
            self.fail(f"there is no file '{value}'", param, ctx)
        try:
            return library.find(value)
        except UnknownName as unknown:
            self.fail(f"there is no file '{value}', and {unknown}", param, ctx)


class Documents(click.Path):
    """A file or a folder, or the name of a scenario that ships with its documents: their folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        shipped = None if Path(value).exists() else library.find_documents(str(value))
        return shipped or Path(str(super().convert(value, param, ctx)))


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


class Rationalities(click.ParamType[tuple[float, ...]]):
    """Numbers from 0 to infinity, with commas between them."""

    name = "numbers"

    def convert(
        self, value: str | tuple[float, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        numbers = tuple(map(_number, value.split(",")))
        found = tuple(number for number in numbers if number is not None and number >= 0.0)
        if len(found) < len(numbers):
            self.fail(f"'{value}' is not a list such as 0.5,1,2 of numbers from 0 to inf", param, ctx)
        return found


def of_one_kind(paths: tuple[Path, ...], for_files: bool, for_scenarios: bool) -> bool:
    """Whether the paths are game files of Gambit's format; if not, they are one scenario.

    Raises UsageError for a mixture, for several scenarios, and for options of the other kind: `for_files` and
    `for_scenarios` say whether any of these was given.
    """
    files = [path.suffix.lower() == ".efg" for path in paths]
    if all(files):
        if for_scenarios:
            raise click.UsageError(
                "--arrangement, --in-force and --set are for scenarios, not for .efg files"
            )
        return True
    if len(paths) > 1:
        raise click.UsageError("several files can be solved at once only if all are .efg files")
    if for_files:
        raise click.UsageError("--rationality is for .efg files; a scenario holds that of its actors")
    return False


def seed_is_for(option: str, seed: int | None, given: int | None, what: str) -> None:
    """Raise UsageError for a seed without the option that draws something."""
    if seed is not None and given is None:
        raise click.UsageError(f"--seed is for {option}: without {what} there is nothing random")


def write(path: Path, text: str) -> None:
    """Write a file, or say why that cannot be."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise click.UsageError(f"'{path}' cannot be written: {error.strerror}") from None


def called(path: Path) -> str:
    """What a scenario is called on the command line: the name of one that ships, else its file."""
    shipped = path.stem in library.names() and path.parent.name == "library"
    return path.stem if shipped else str(path)


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
