"""The documentation: its examples run, its links lead somewhere, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from foedus import library
from foedus.analysis.comparison import compare
from foedus.cli import commands
from foedus.language.reader import read_scenario
from pages import DOCS, PAGES, ROOT, agrees, examples

REFERENCE = (DOCS / "reference" / "cli.md").read_text("utf-8")
MARKDOWN = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_print_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command of a page prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    for example in examples(page):
        assert agrees(example.told, example.printed), f"$ {example.command}\n{example.printed}"
        assert (example.status == 2) == ("Error:" in example.printed)  # 1 is a finding, not an error


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a page of the repository finds the page, and its heading where it names one."""
    text = CODE.sub("", page.read_text("utf-8"))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{page.name}: {target}"


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_index_names_every_page() -> None:
    """The index links to every page of the documentation."""
    linked = {(DOCS / target).resolve() for target in LINK.findall((DOCS / "README.md").read_text("utf-8"))}
    assert {page for page in DOCS.rglob("*.md") if page.name != "README.md"} <= linked


def every_command() -> dict[str, click.Command]:
    """All commands by what is typed after `foedus`; a group is its commands."""
    found = {}
    for name, command in commands.commands.items():
        inner = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{name} {each}": inner[each] for each in inner} or {name: command}
    return found


@pytest.mark.parametrize("name", list(every_command()))
def test_every_command_is_documented(name: str) -> None:
    """The reference has a section for the command, with each of its arguments and options."""
    section = re.search(rf"^##+ foedus {name}\n(.*?)(?=^##|\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    assert section, f"docs/reference/cli.md has no section on 'foedus {name}'"
    for parameter in every_command()[name].params:
        written = (
            parameter.opts if isinstance(parameter, click.Option) else [str(parameter.human_readable_name)]
        )
        for each in written:
            assert re.search(rf"(?<![\w-]){each}\b", section[1]), f"'foedus {name}': {each} is not documented"


@pytest.mark.parametrize("name", list(every_command()))
def test_every_shape_is_documented(name: str) -> None:
    """The reference says which JSON shape a command prints."""
    section = re.search(rf"^##+ foedus {name}\n(.*?)(?=^##|\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    assert section
    assert "`foedus/" in section[1] or "JSON Schema" in section[1]


def test_tutorial_ends_at_the_shipped_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader has written by the end of the tutorial gives the results of the scenario that ships."""
    monkeypatch.chdir(tmp_path)
    list(examples(DOCS / "tutorials" / "first-scenario.md"))
    own, shipped = (
        compare(read_scenario(path)).to_json()["arrangements"]
        for path in (Path("guarantee.yaml"), library.find("guarantee"))
    )
    for mine, theirs in zip(own, shipped, strict=True):
        for view in ("offered", "in_force"):
            assert mine[view]["outcomes"] == pytest.approx(theirs[view]["outcomes"], abs=1e-9)
            assert mine[view]["values"] == pytest.approx(theirs[view]["values"], abs=1e-7)
