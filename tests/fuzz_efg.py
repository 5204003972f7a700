"""Feeds the reader of `.efg` files with bad ones: python tests/fuzz_efg.py --minutes 10 [--seed N]

A file may be refused with its place, or be solved. All else is a failure: another exception, a crash, more
than 5 s, more than 1 GiB of memory, an answer that cannot be. The input that failed is kept.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from random import Random
from typing import Any

from foedus import library
from foedus.errors import ScenarioError
from foedus.gambit.build import build_game
from foedus.gambit.exporting import export_scenario
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg
from foedus.gambit.solving import solve_file
from foedus.gambit.tree import Tree
from foedus.language.reader import read_scenario
from spoilt import any_input, good_samples

SECONDS = 5.0
STUCK = 60.0
MEMORY = 2**30
SMALL = 60
RATIONALITY = (0.0, 0.7, 3.0, float("inf"))


@dataclass
class Findings:
    """How many inputs came to which end, the slowest, and what failed."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def told(self) -> str:
        ends = ", ".join(f"{name} {count:,}" for name, count in sorted(self.ends.items()))
        slowest = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(self.slowest.items()))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return f"{self.ends.total():,} inputs ({ends}); slowest: {slowest}; peak memory {peak:.0f} MiB"


def attempt(path: Path, found: Findings) -> None:
    """Reads, builds and, if it is small, solves one file. Raises what is no refusal."""
    end, refusal = "refused", None
    try:
        tree = timed("read", found, read_efg, path)
        end = "without order"
        timed("build", found, build_game, tree)
        end = "built"
    except ScenarioError as error:
        refusal = error
    except NoOrder:
        pass
    if refusal:
        assert refusal.faults
        assert all(fault.mark and fault.mark.line >= 1 and fault.mark.column >= 1 for fault in refusal.faults)
        assert len(str(refusal)) < 1000
    elif is_small(tree):
        for document in timed("solve", found, list, solve_file(path, RATIONALITY)):
            check(document)
        end += " and solved"
    found.ends[end] += 1


def is_small(tree: Tree) -> bool:
    return tree.nodes <= SMALL and sum(len(each.options) for each in tree.places) <= SMALL


def timed(name: str, found: Findings, function: Any, *arguments: Any) -> Any:
    """The result, if it took no longer than it may."""
    start = time.process_time()
    try:
        return function(*arguments)
    finally:
        took = time.process_time() - start
        found.slowest[name] = max(found.slowest.get(name, 0.0), took)
        assert took <= SECONDS, f"{name} took {took:.1f} s"


def check(document: dict[str, Any]) -> None:
    """What is said of a file must be JSON, and a solution one."""
    json.dumps(document, allow_nan=False)
    if document["status"] == "solved":
        assert document["residual"] <= 1e-9
        for each in document["behaviour"]:
            shares = [option["probability"] for option in each["options"]]
            assert min(shares) >= 0.0
            assert abs(fsum(shares) - 1.0) <= 1e-9


def work(folder: Path, seed: int, minutes: float) -> int:
    """Feeds inputs until time is up, in this process; its input stands in `folder` before it is tried."""
    samples, found, path = samples_of(), Findings(), folder / "input.efg"
    for text in samples[:1]:
        path.write_text(text, "utf-8")
        list(solve_file(path, RATIONALITY))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    end, number = time.monotonic() + 60.0 * minutes, 0
    while time.monotonic() < end:
        content = any_input(Random(f"{seed}/{number}"), samples)
        path.write_bytes(content)
        faulthandler.dump_traceback_later(STUCK, exit=True)
        try:
            attempt(path, found)
        except (Exception, RecursionError):
            keep(folder, f"{seed}-{number}", content, traceback.format_exc(), found)
        faulthandler.cancel_dump_traceback_later()
        number += 1
    print(found.told())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return 1 if found.failures or peak > MEMORY else 0


def samples_of() -> list[str]:
    """Games of the tests, and scenarios unrolled."""
    guarantee = read_scenario(library.find("guarantee"))
    return good_samples() + [export_scenario(guarantee, name)["efg"] for name in guarantee.arrangements]


def keep(folder: Path, name: str, content: bytes, reason: str, found: Findings) -> None:
    """Notes a failure, the first few with their inputs."""
    found.ends["FAILED"] += 1
    found.failures.append(reason)
    if len(found.failures) <= 20:
        (folder / f"failed-{name}.efg").write_bytes(content)
        (folder / f"failed-{name}.txt").write_text(reason, "utf-8")
        print(f"{folder / f'failed-{name}.efg'}: {reason.splitlines()[-1]}", flush=True)


def main() -> int:
    """Runs one process after another until time is up: one that crashes or hangs is a failure too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        return work(given.worker, given.seed, given.minutes)
    folder = Path(tempfile.mkdtemp(prefix="foedus-fuzz-"))
    words = ["--worker", str(folder), "--minutes", str(given.minutes), "--seed", str(given.seed)]
    status = subprocess.run([sys.executable, __file__, *words], check=False).returncode
    if status:
        print(f"FAILED with status {status}; see {folder} (input.efg is the last that was tried)")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
