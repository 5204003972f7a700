"""Reads a scenario file: text to tree, tree to shape, shape to Scenario, with all faults told together."""

from __future__ import annotations

from pathlib import Path

from foedus.errors import Fault
from foedus.language.compose import Document, compose, load
from foedus.language.faults import Faults, told
from foedus.language.partial import name_faults
from foedus.language.resolve import resolve
from foedus.language.scenario import Scenario
from foedus.language.shaping import Wrong, shape_of


def read_scenario(path: Path | str) -> Scenario:
    """The scenario in a file; ScenarioError with every fault, each with line and column."""
    path = Path(path)
    return read_text(load(path), str(path), path.stem)


def read_text(text: str, file: str = "<text>", name: str = "scenario") -> Scenario:
    """The scenario in a text; `file` is what faults call it. ScenarioError with every fault."""
    text = text.removeprefix("\ufeff")
    document = compose(text, file)
    faults = Faults()
    faults.found.extend(document.faults)
    shape, wrong = shape_of(document.root)
    if shape is None:
        found = [*faults.found, *outside(document, wrong), *name_faults(document.root, wrong)]
        raise told(found)
    scenario = resolve(shape, faults, name, text, file)
    faults.report()
    return scenario


def outside(document: Document, wrong: list[Wrong]) -> list[Fault]:
    """Faults of the shape, but for those where YAML is at fault already."""
    torn = [(node.start, node.end) for node in document.mangled]
    told = {fault.mark for fault in document.faults}
    return [
        each.fault
        for each in wrong
        if each.fault.mark not in told and not any(start <= each.start < end for start, end in torn)
    ]
