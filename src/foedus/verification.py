"""Everything that `foedus verify` looks at, part by part, and whether each still holds."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foedus import __version__
from foedus.analysis.record import Drawn, Record, read_record, record_file, record_text, text_hash
from foedus.analysis.staleness import CHANGES, argument_rows, claim_rows, same_worlds, world_rows
from foedus.analysis.verdicts import AtBase, OverWorlds, Solved, at_base, over_worlds
from foedus.checking import check_file
from foedus.evidence.checking import MISSING_DOCUMENT
from foedus.evidence.checking import check as check_citations
from foedus.evidence.store import open_store
from foedus.language.citing import citations_in
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.usage import called
from foedus.wording import plural, tally

SCHEMA = "foedus/verify/1"
PASSES, FAILS, UNSEEN = "passes", "fails", "not looked at"
CHECKED_WORLDS = 256

Progress = Callable[[int, int, str], None]
Document = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """How to verify. `store` is the store of evidence, and `own` whether it is this scenario's alone, so that
    a document that is missing there is one. `tolerance` is how far a margin may be from the one kept, as told
    in `analysis.staleness`; `worlds` is 0 for none."""

    record: Path
    store: Path
    own: bool
    need_evidence: bool = False
    tolerance: float = 1e-6
    worlds: int = 0
    seed: int = 0
    keep: bool = False
    threads: int | None = None


def verify_file(path: Path, asked: Asked, progress: Progress) -> tuple[Document, str | None]:
    """The documented shape `foedus/verify/1`, and the text of the record to be kept, None where it is not.

    Faults of the scenario are data here. Raises ScenarioError for a record that is none, and EvidenceError
    for a store that cannot be used.
    """
    kept = read_record(asked.record)
    checked = check_file(path, CHECKED_WORLDS, 0, progress)
    document: Document = {
        "schema": SCHEMA,
        "scenario": path.stem,
        "title": None,
        "file": str(path),
        "record": str(asked.record),
        "recorded": kept is not None,
        "same_text": None,
        "tolerance": asked.tolerance,
        "check": checked,
        "evidence": None,
        "claims": [],
        "unsolved": [],
        "residual": None,
        "regret": None,
        "arguments": [],
        "worlds": None,
    }
    parts = [_file_part(checked)]
    if checked["faults"]:
        names = ("citations", "claims", "arguments", *(["worlds"] if asked.worlds else []))
        parts += [_part(name, UNSEEN, "the file has faults, which come first") for name in names]
        return _closed(document, parts, kept=False), None
    scenario = read_scenario(path)
    document["title"] = scenario.title
    document["same_text"] = kept.sha256 == text_hash(scenario) if kept else None
    document["evidence"], citations = _evidence(scenario, asked)
    now = at_base(scenario, threads=asked.threads, progress=progress)
    document |= _at_base(kept, now, asked.tolerance)
    drawn = _draw(scenario, asked, progress)
    document["worlds"] = _over_worlds(kept.drawn if kept else None, drawn)
    against = _Against(path, asked, kept is not None)
    parts += [
        citations,
        against.part("claims", document["claims"], _words(each.verdict for each in now.claims.values())),
        against.part(
            "arguments", document["arguments"], _words(each.argument for each in now.claims.values())
        ),
        *_worlds_part(document["worlds"], kept.drawn if kept else None, against),
    ]
    if not asked.keep:
        return _closed(document, parts, kept=False), None
    drawn_now = drawn.drawn if drawn else None
    record = Record(scenario.name, __version__, text_hash(scenario), now.claims, drawn_now)
    return _closed(document, parts, kept=True), record_text(record)


def _closed(document: Document, parts: Sequence[Document], *, kept: bool) -> Document:
    """The document with its parts, and whether all of it holds."""
    return document | {
        "parts": list(parts),
        "kept": kept,
        "holds": all(part["result"] != FAILS for part in parts),
    }


def _part(name: str, result: str, told: str) -> Document:
    return {"part": name, "result": result, "told": told}


def _file_part(checked: Document) -> Document:
    faults, warnings = len(checked["faults"]), len(checked["warnings"])
    if faults:
        return _part("file", FAILS, f"{plural(faults, 'fault')}")
    also = f"; {plural(warnings, 'warning')}" if warnings else ""
    return _part("file", PASSES, f"in order at its base values and in {CHECKED_WORLDS} worlds{also}")


@dataclass(frozen=True)
class _Against:
    """What rows of changes come to, against the record."""

    path: Path
    asked: Asked
    recorded: bool

    def part(self, name: str, rows: Sequence[Document], told: str) -> Document:
        """Whether anything has changed; without a record nobody knows, which fails unless one is kept now."""
        changes = [row["change"] for row in rows if row["change"]]
        counts = ", ".join(f"{changes.count(word)} {word}" for word in CHANGES if word in changes)
        if not rows:
            return _part(name, PASSES, "there are none")
        if self.asked.keep:
            return _part(name, PASSES, f"kept anew, changed: {counts}" if counts else f"kept: {told}")
        if not self.recorded:
            return _part(name, FAILS, f"{told}; no record to compare with: {self.how()} keeps one")
        return _part(name, FAILS, f"changed: {counts}") if counts else _part(name, PASSES, f"as kept: {told}")

    def how(self) -> str:
        """The command that keeps a record."""
        asked = self.asked
        worlds = ["--worlds", str(asked.worlds), "--seed", str(asked.seed)] if asked.worlds else []
        record = [] if asked.record == record_file(self.path) else ["--record", str(asked.record)]
        return f"'{shlex.join(['foedus', 'verify', called(self.path), *worlds, *record, '--keep'])}'"


def _words(words: Iterable[str | None]) -> str:
    """How often each word is there, in the order of their first."""
    found = [word for word in words if word]
    return tally((word, found.count(word)) for word in dict.fromkeys(found))


# --- citations --------------------------------------------------------------------------------------------


def _evidence(scenario: Scenario, asked: Asked) -> tuple[Document | None, Document]:
    """What the store says of the citations, None where there is no store of them; and the part."""
    if not citations_in(scenario.text, scenario.file):
        return None, _part("citations", PASSES, "the scenario cites nothing")
    unseen = FAILS if asked.need_evidence else UNSEEN
    if not asked.own and not asked.store.is_file():
        told = f"there is no store of documents at {asked.store}; 'foedus evidence add' makes one"
        return None, _part("citations", unseen, told)
    with open_store(asked.store) as store:
        found = check_citations(store, scenario)
    counts, total = found["counts"], len(found["citations"])
    if not asked.own and counts[MISSING_DOCUMENT] == total:
        told = f"none of the documents that are cited is in the store, {asked.store}"
        return found, _part("citations", unseen, told)
    states = tally(counts.items())
    result = PASSES if counts["resolves"] == total else FAILS
    return found, _part("citations", result, f"{plural(total, 'citation')}: {states}")


# --- claims and arguments at the base values --------------------------------------------------------------


def _at_base(kept: Record | None, now: AtBase, tolerance: float) -> Document:
    solved = [each for each in now.cases if each.residual is not None]
    return {
        "claims": claim_rows(kept, now, tolerance),
        "unsolved": [_unsolved(each) for each in now.unsolved],
        "residual": max((each.residual or 0.0 for each in solved), default=None),
        "regret": max((each.regret or 0.0 for each in solved), default=None),
        "arguments": argument_rows(kept, now),
    }


def _unsolved(each: Solved) -> Document:
    return {
        "arrangement": each.case.arrangement,
        "in_force": each.case.in_force,
        "status": each.status.name.lower(),
        "reason": each.status.sentence,
        "claims": list(each.claims),
    }


# --- over worlds ------------------------------------------------------------------------------------------


def _draw(scenario: Scenario, asked: Asked, progress: Progress) -> OverWorlds | None:
    if not asked.worlds:
        return None
    return over_worlds(
        scenario,
        worlds=asked.worlds,
        seed=asked.seed,
        tolerance=asked.tolerance,
        threads=asked.threads,
        progress=progress,
    )


def _over_worlds(kept: Drawn | None, now: OverWorlds | None) -> Document | None:
    if now is None:
        return None
    rows = world_rows(kept, now)
    for row in rows:
        row["unsolved"] = now.unsolved.get(row["id"], 0)
    return {
        "worlds": now.drawn.worlds,
        "seed": now.drawn.seed,
        "kept": None if kept is None else {"worlds": kept.worlds, "seed": kept.seed},
        "same": None if kept is None else same_worlds(kept, now.drawn),
        "residual": now.residual,
        "regret": now.regret,
        "rows": rows,
    }


def _worlds_part(found: Document | None, kept: Drawn | None, against: _Against) -> list[Document]:
    if found is None:
        if kept is None:
            return []
        told = f"--worlds {kept.worlds} --seed {kept.seed} looks at the shares that the record has"
        if against.asked.keep:
            drawn = plural(kept.worlds, "world")
            told = f"the shares over {drawn} are not kept any more, since none were drawn"
        return [_part("worlds", UNSEEN, told)]
    told = f"{plural(found['worlds'], 'world')} of seed {found['seed']}"
    if kept is not None:
        other = f"{plural(kept.worlds, 'world')} of seed {kept.seed}"
        told += ", the very ones kept" if found["same"] else f", within chance of {other}"
    elif found["rows"] and not against.asked.keep:
        why = "the record has no shares over worlds" if against.recorded else "there is no record"
        told = f"{why}, so those over {told} are not compared; {against.how()} keeps them"
        return [_part("worlds", UNSEEN, told)]
    return [against.part("worlds", found["rows"], told)]
