"""Tables that fit: columns that do not go side by side continue in a further panel below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2
"""Between two columns: one blank of padding, and one where other boxes have a line."""
LABEL = 34
PLAIN_HEAD = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


@dataclass(frozen=True)
class Column:
    """A heading, whose words may stand below each other, and a text for each row: a number, or `words`."""

    heading: str
    cells: tuple[str, ...]
    words: bool = False

    @property
    def width(self) -> int:
        """The least width: headings break between words, cells only where they do."""
        lines = [line for text in self.cells for line in text.splitlines()]
        return max(map(len, [*self.heading.split(), *lines]), default=1)

    @property
    def full_width(self) -> int:
        """The width with the heading on one line."""
        return max(self.width, len(self.heading))


def panels(columns: Sequence[Column], room: int) -> Iterator[tuple[Column, ...]]:
    """Cut the columns into runs that fit into `room` characters; a run has at least one column."""
    run: list[Column] = []
    used = 0
    for column in columns:
        if run and used + column.width + GAP > room:
            yield tuple(run)
            run, used = [], 0
        run.append(column)
        used += column.width + GAP
    if run:
        yield tuple(run)


def evenly(columns: Sequence[Column], room: int) -> list[tuple[Column, ...]]:
    """As few panels, with their columns shared out evenly, so that none holds a single left-over."""
    fewest = list(panels(columns, room))
    for narrower in range(room // 2, room):
        narrow = list(panels(columns, narrower))
        if len(narrow) == len(fewest):
            return narrow
    return fewest


def fold(label: str, width: int) -> str:
    """Break a long name into lines, after underscores, dots and spaces where there are any."""
    lines = [""]
    for piece in re.findall(r"[^_. ]*[_. ]?", label):
        if lines[-1] and len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def print_table(
    console: Console, title: str, labels: Sequence[str], columns: Sequence[Column], first: str = ""
) -> None:
    """Print rows under a title, in as many panels as the console's width asks for."""
    labels = [fold(label, LABEL) for label in labels]
    label_width = max((len(line) for label in [first, *labels] for line in label.splitlines()), default=1)
    room = console.width - label_width - GAP
    for number, run in enumerate(evenly(columns, room)):
        roomy = sum(column.full_width + GAP for column in columns) <= room
        widths = [column.full_width if roomy else column.width for column in run]
        console.print()
        console.print(Text(title + (" (continued)" if number else ""), style="bold"))
        head = PLAIN_HEAD if console.options.ascii_only else SIMPLE_HEAD
        console.print(_panel(labels, run, first, [label_width, *widths], head))


def _panel(
    labels: Sequence[str], columns: Sequence[Column], first: str, widths: Sequence[int], head: Box
) -> Table:
    table = Table(box=head, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False)
    table.add_column(Text(first), width=widths[0], overflow="fold", vertical="top")
    for column, width in zip(columns, widths[1:], strict=True):
        table.add_column(
            Text(column.heading),
            justify="left" if column.words else "right",
            width=width,
            overflow="fold",
        )
    for row, label in enumerate(labels):
        table.add_row(Text(label), *(Text(column.cells[row]) for column in columns))
    return table
