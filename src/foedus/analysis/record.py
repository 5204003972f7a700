"""What became of a scenario's claims once, kept in the file `NAME.verdicts.json` to be compared with later.

The shape `foedus/verdicts/1` is documented in docs/reference/results.md. A record may come from anywhere: it
is read as scenario files are, with bounds on size and depth, and every fault has its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from foedus.errors import ScenarioError
from foedus.language.compose import compose, load
from foedus.language.faults import told
from foedus.language.fields import Amount, Entries, Name, Text, Whole, content
from foedus.language.fields import found as found_there
from foedus.language.scenario import Scenario
from foedus.language.shape import Shape, choice
from foedus.language.shaping import shape_as

SCHEMA = "foedus/verdicts/1"
VERDICTS = ("holds", "fails", "undefined", "unsolved", "untestable")
ARGUMENTS = ("follows", "does not follow", "vacuous", "undefined")
FIGURES = 8
"""To how many figures numbers are kept: fewer than a solver's answer has, so that noise is not kept too."""


@dataclass(frozen=True)
class Said:
    """A claim at the base values: its verdict, and its margin in the units of its formula, None where it has
    none. `argument` is whether it follows there from what it rests on; None where that is nothing."""

    verdict: str
    margin: float | None = None
    because: tuple[str, ...] = ()
    argument: str | None = None


@dataclass(frozen=True)
class Counted:
    """In how many worlds a claim holds, fails and is undefined; its share, from 0 to 1, with the interval.

    Of an argument, of the worlds in which all premises hold: in how many the conclusion holds and fails.
    """

    holds: int
    fails: int
    undefined: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Drawn:
    """What was counted over so many worlds of this seed, by claim; of arguments, by their conclusion."""

    worlds: int
    seed: int
    claims: Mapping[str, Counted]
    arguments: Mapping[str, Counted]


@dataclass(frozen=True)
class Record:
    """`foedus` is the version that wrote it, `sha256` that of the scenario's text then."""

    scenario: str
    foedus: str
    sha256: str
    claims: Mapping[str, Said]
    drawn: Drawn | None = None


def record_file(scenario: Path) -> Path:
    """Where a scenario's record is kept: `NAME.verdicts.json` beside it."""
    return scenario.with_name(f"{scenario.stem}.verdicts.json")


def text_hash(scenario: Scenario) -> str:
    return sha256(scenario.text.encode("utf-8")).hexdigest()


class Loose(Shape):
    """A mapping that may have keys of later versions."""

    model_config = ConfigDict(extra="ignore")


class SaidShape(Loose):
    verdict: Annotated[str, *choice(*VERDICTS)]
    margin: Amount | None = None
    because: tuple[Name, ...] = ()
    argument: Annotated[str, *choice(*ARGUMENTS)] | None = None


class CountedShape(Loose):
    holds: Whole
    fails: Whole
    undefined: Whole
    share: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None


class DrawnShape(Loose):
    worlds: Whole
    seed: Whole
    claims: dict[Name, CountedShape]
    arguments: dict[Name, CountedShape] = Field(default_factory=dict)


class RecordShape(Loose):
    scenario: Text
    foedus: Text = ""
    sha256: Text = ""
    claims: dict[Name, SaidShape]
    drawn: DrawnShape | None = None


def read_record(path: Path) -> Record | None:
    """The record of a file, None where there is none. ScenarioError, with places, for anything else there."""
    if not path.exists():
        return None
    document = compose(load(path), str(path))
    if document.faults:
        raise told(document.faults)
    schema = _schema(content(document.root))
    if schema != SCHEMA:
        found = found_there(schema) if schema is not None else "no schema"
        mark = getattr(schema, "mark", None) or document.root.mark
        raise ScenarioError.at(mark, f"found {found}, expected a record with the schema {SCHEMA}", "shape")
    shape, wrong = shape_as(RecordShape, document.root)
    if shape is None:
        raise told([each.fault for each in wrong])
    return Record(
        scenario=shape.scenario,
        foedus=shape.foedus,
        sha256=shape.sha256,
        claims={str(name): _said(each) for name, each in shape.claims.items()},
        drawn=_drawn(shape.drawn) if shape.drawn else None,
    )


def _schema(entries: Entries) -> Any:
    return next((value for key, value in entries.items() if key == "schema"), None)


def _said(shape: SaidShape) -> Said:
    return Said(shape.verdict, shape.margin, tuple(map(str, shape.because)), shape.argument)


def _drawn(shape: DrawnShape) -> Drawn:
    claims, arguments = (
        {
            str(name): Counted(each.holds, each.fails, each.undefined, each.share, each.low, each.high)
            for name, each in counted.items()
        }
        for counted in (shape.claims, shape.arguments)
    )
    return Drawn(shape.worlds, shape.seed, claims, arguments)


def record_text(record: Record) -> str:
    """The record as its file has it, numbers to eight figures."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "scenario": record.scenario,
        "foedus": record.foedus,
        "sha256": record.sha256,
        "claims": {name: _said_shape(each) for name, each in record.claims.items()},
    }
    if record.drawn:
        document["drawn"] = {
            "worlds": record.drawn.worlds,
            "seed": record.drawn.seed,
            "claims": {name: counted_shape(each) for name, each in record.drawn.claims.items()},
            "arguments": {name: counted_shape(each) for name, each in record.drawn.arguments.items()},
        }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _said_shape(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = {"verdict": said.verdict, "margin": kept_number(said.margin)}
    return found | ({"because": list(said.because), "argument": said.argument} if said.because else {})


def counted_shape(counted: Counted) -> dict[str, Any]:
    """How JSON has what was counted; shares are between 0 and 1."""
    counts = {"holds": counted.holds, "fails": counted.fails, "undefined": counted.undefined}
    return counts | {name: kept_number(getattr(counted, name)) for name in ("share", "low", "high")}


def kept_number(number: float | None) -> float | None:
    """A number to as many figures as are kept."""
    return None if number is None else float(f"{number:.{FIGURES}g}")
