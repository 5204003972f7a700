"""A compiled game as a table: step by step, who moves, and what is not seen there."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from foedus.report.table import Column, print_table

WORDS = 22


def print_game(console: Console, document: Mapping[str, Any]) -> None:
    """The steps in the order in which play first reaches them, and the size of the whole."""
    steps = document["steps"]
    columns = [
        Column("moves", tuple(_words(step["movers"]) or step["kind"] for step in steps), words=True),
        Column("options", tuple(_words(step["options"]) for step in steps), words=True),
        Column("rounds", tuple(str(step["rounds"]) for step in steps)),
        Column("nodes", tuple(str(step["nodes"]) for step in steps)),
        Column("information sets", tuple(str(step["information_sets"] or "") for step in steps)),
        Column("does not see", tuple(_words(step["hidden"]) for step in steps), words=True),
    ]
    title = f"{document['title']}{', in force' if document['in_force'] else ''}"
    print_table(console, title, [step["step"] for step in steps], columns, "step")
    console.print()
    sizes = f"{document['nodes']} nodes, {document['edges']} edges, "
    hidden = "nothing is hidden" if document["hides_nothing"] else "some information is hidden"
    console.print(f"{sizes}{document['information_sets']} information sets; {hidden}.", markup=False)
    console.print(f"From {document['file']}", markup=False, soft_wrap=True)


def _words(names: list[str]) -> str:
    return textwrap.fill(", ".join(names), WORDS, break_long_words=False)
