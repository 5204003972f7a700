"""Words that go with a number: one citation resolves, two citations resolve."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from foedus.evidence.checking import STATES
from foedus.report.coverage import print_coverage
from foedus.report.evidence import print_checked
from foedus.wording import plural, tally


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 citations"), (1, "1 citation"), (2, "2 citations"), (1200, "1,200 citations")]
)
def test_a_number_of_things(count: int, told: str) -> None:
    """One is one, and all else is several."""
    assert plural(count, "citation") == told


def test_another_word_for_several() -> None:
    """The word for several may be told."""
    assert plural(1, "claim rests", "claims rest") == "1 claim rests"
    assert plural(2, "claim rests", "claims rest") == "2 claims rest"


def test_a_tally() -> None:
    """Verbs and nouns are in the number of what they are said of; what is said of none is left out."""
    assert tally([("resolves", 65), ("changed", 2), ("moved", 0)]) == "65 resolve, 2 changed"
    assert tally([("resolves", 1), ("missing document", 2)]) == "1 resolves, 2 missing documents"
    assert tally([("holds", 2), ("does not follow", 1), ("fails", 3)]) == "2 hold, 1 does not follow, 3 fail"
    assert tally([]) == ""


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "1 citation, used 1 time: 1 resolves."),
        (65, "65 citations, used 65 times: 65 resolve."),
        (0, "0 citations, used 0 times: none."),
    ],
)
def test_citations_that_resolve(count: int, told: str) -> None:
    """The last line of `foedus evidence check` agrees with its numbers."""
    document: dict[str, Any] = {
        "file": "x.yaml",
        "citations": [{"state": "resolves"}] * count,
        "uses": count,
        "documents": [],
        "counts": dict.fromkeys(STATES, 0) | {"resolves": count},
    }
    output = io.StringIO()
    print_checked(Console(file=output, width=100), Console(file=io.StringIO()), document)
    assert output.getvalue().strip() == told


@pytest.mark.parametrize(
    ("derived", "told"), [(0, "."), (1, "; 1 follows from others."), (2, "; 2 follow from others.")]
)
def test_assumptions_that_follow(derived: int, told: str) -> None:
    """So does that of `foedus evidence coverage`."""
    document: dict[str, Any] = {
        "assumptions": [],
        "documents": [],
        "results": [],
        "in_force": False,
        "counts": {"quoted": 1, "judged": 2},
        "derived": derived,
    }
    output = io.StringIO()
    print_coverage(Console(file=output, width=100), document)
    assert output.getvalue().strip() == "Assumptions: 3: 1 quoted, 2 judged" + told
