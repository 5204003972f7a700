"""Documentation pages whose examples are run: a file grows block by block, and commands follow.

In a page, a `yaml` block holds sections of the reader's file: each replaces the section of the same name, or
is added at the end. A `text` block with a name after the word is a file. A `console` block holds commands
after `$ ` with what they print. Run this module to write the present output into the pages:

    python tests/pages.py
"""

from __future__ import annotations

import io
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foedus import library
from foedus.cli import main

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("tutorials/*.md")), *sorted(DOCS.glob("how-to/*.md")))
BLOCK = re.compile(r"^```(yaml|console|text (?P<name>[\w.-]+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A command of a page, what the page says it prints, and what it prints."""

    command: str
    told: str
    printed: str
    status: int


def put(file: Path, sections: str) -> None:
    """Replace or add top-level sections of a scenario file."""
    text = file.read_text("utf-8") if file.exists() else ""
    parts = {part.split(":")[0]: part for part in SECTION.split(text) if part.strip()}
    for part in SECTION.split(sections):
        if part.strip():
            parts[part.split(":")[0]] = part.rstrip("\n") + "\n\n"
    file.write_text("".join(parts.values()), "utf-8")


def run(command: str) -> tuple[str, int]:
    """What a command line of `foedus` prints, its errors where it fails, and its exit status."""
    words = shlex.split(command)
    assert words.pop(0) == "foedus", command
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = main(words)
    text = output.getvalue() + (errors.getvalue() if status else "")
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n", status


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the lines below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, told = part.partition("\n")
        yield command.strip(), told


def examples(page: Path) -> Iterator[Example]:
    """Follow a page in the present folder; a tutorial starts with no file, other pages with a shipped one."""
    file = Path("guarantee.yaml")
    if page.parent.name != "tutorials":
        file.write_text(library.find("guarantee").read_text("utf-8"), "utf-8")
    for kind, name, block in BLOCK.findall(page.read_text("utf-8")):
        if name:
            Path(name).write_text(block, "utf-8")
            continue
        if kind == "yaml":
            put(file, block)
            continue
        for command, told in commands(block):
            if command.startswith("foedus "):
                yield Example(command, told, *run(command))


def agrees(told: str, printed: str) -> bool:
    """Whether a page's text is what is printed; a line `…` stands for any lines that are left out.

    Residuals are noise, which differs between machines, and so does which of many worlds are certified anew.
    """
    noise = r"(?<=residual )[-+.e\d]+|(?<=independent code: )\d+(?=;)"
    told, printed = (re.sub(noise, "", text).strip("\n") for text in (told, printed))
    pieces = re.split(r"^…\n", f"{told}\n", flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(map(re.escape, pieces))
    return re.fullmatch(pattern, f"{printed}\n") is not None


def refresh(page: Path) -> str:
    """The page's text with every output that is out of date written anew (what was cut is shown in full)."""
    text, place = page.read_text("utf-8"), 0
    for example in examples(page):
        place = text.index(f"$ {example.command}\n", place) + len(example.command) + 3
        if not agrees(example.told, example.printed):
            text = text[:place] + example.printed.lstrip("\n") + text[place + len(example.told) :]
    return text


def write_pages() -> None:
    for page in PAGES:
        with TemporaryDirectory() as folder, chdir(folder):
            page.write_text(refresh(page), "utf-8")


if __name__ == "__main__":
    os.environ.pop("COLUMNS", None)
    write_pages()
