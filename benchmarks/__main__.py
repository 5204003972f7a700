"""All benchmarks, one after the other; each writes its own results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import batches, growth, limit, one_game, one_world
from benchmarks.common import RESULTS

ALL = {"limit": limit, "one_game": one_game, "one_world": one_world, "batches": batches, "growth": growth}


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder that the JSON goes to")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    parser.add_argument("--no-peers", action="store_true", help="our side only")
    asked = parser.parse_args(words)
    passed = [*(["--quick"] if asked.quick else []), *(["--no-peers"] if asked.no_peers else [])]
    for name, benchmark in ALL.items():
        print(f"\n=== {name} ===", file=sys.stderr)
        benchmark.main(["--out", str(asked.out / f"{name}.json"), *passed])


if __name__ == "__main__":
    main()
