"""A survey as a table of worlds, one a line, for whoever wants to look at them with other tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from foedus.analysis.survey import Survey
from foedus.usage import write

VERDICTS = {1.0: "holds", 0.0: "fails"}


def write_worlds(path: Path, survey: Survey) -> None:
    """World, scramble, each assumption that differs, and each claim's verdict and margin; CSV in UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(survey))
    write(path, text.getvalue())


def _rows(survey: Survey) -> Iterator[list[str]]:
    moved = [name for name, values in survey.worlds.items() if np.ptp(values) > 0.0]
    claims = [word for each in survey.claims for word in (each.claim.name, f"{each.claim.name} margin")]
    yield ["world", "scramble", *moved, *claims]
    for world in range(survey.count):
        row = [str(world), str(survey.scramble[world])]
        row += [repr(float(survey.worlds[name][world])) for name in moved]
        for each in survey.claims:
            margin = each.margin[world]
            row += [
                VERDICTS.get(each.holds[world], "undefined"),
                "" if np.isnan(margin) else repr(float(margin)),
            ]
        yield row
