"""Foedus against Gambit on Gambit's own catalogue: is the behaviour that of the principal branch?

    python benchmarks/catalogue.py            solve all games, write catalogue.json and the page
    python benchmarks/catalogue.py --page     write docs/reference/catalogue.md from catalogue.json

It needs pygambit 17, of which Foedus is independent. Gambit runs in a process of its own that can be killed.
A third opinion is the branch followed with steps a fifth as long through the tree as the file has it, in
NumPy and with derivatives by complex steps: it shares neither the kernels nor the passes of the solver.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from foedus.gambit.certificate import certify_tree
from foedus.gambit.reader import read_efg
from foedus.gambit.solving import Asked, solve_file
from foedus.gambit.tracing import PACE, trace
from foedus.gambit.tree import Tree

RATIONALITY = (0.5, 1.0, 2.0, 5.0)
HERE = Path(__file__).resolve().parent
DATA, PAGE = HERE / "catalogue.json", HERE.parent / "docs" / "reference" / "catalogue.md"
SECONDS, SAME = 60, 1e-7
FINE = replace(
    PACE,
    miss=PACE.miss / 25,
    turn=PACE.turn / 5,
    swing=PACE.swing / 5,
    contraction=PACE.contraction / 5,
    steps=40_000,
)


def gambit() -> Any:
    """Gambit's package with its catalogue."""
    importlib.import_module("pygambit.catalog")
    return importlib.import_module("pygambit")


def names() -> list[str]:
    """The catalogue's extensive games that can be loaded."""
    pygambit = gambit()
    found = []
    for name in pygambit.catalog.games()["Game"]:
        try:
            game = pygambit.catalog.load(name)
        except Exception as fault:  # whatever keeps Gambit from loading its own game
            print(f"{name}: not loaded ({fault})", file=sys.stderr)
            continue
        if type(game).__name__ == "ExtensiveGame":
            found.append(name)
    return found


def work(name: str, rationality: Sequence[float]) -> None:
    """In the process that can be killed: Gambit's answer to one λ a line."""
    pygambit = gambit()
    game = pygambit.catalog.load(name)
    for each in rationality:
        start = time.perf_counter()
        (found,) = pygambit.qre.logit_solve_lambda(game, lam=[each])
        seconds = time.perf_counter() - start
        shares = [float(share) for player in found.profile for _, mixed in player for _, share in mixed]
        print(
            json.dumps(
                {"rationality": each, "reached": float(found.lam), "shares": shares, "seconds": seconds}
            )
        )
        sys.stdout.flush()


def theirs(name: str) -> dict[float, dict[str, Any]]:
    """Gambit's answers; a λ that takes more than a minute is left out, and those after it asked for anew."""
    found: dict[float, dict[str, Any]] = {}
    left = list(RATIONALITY)
    while left:
        words = [sys.executable, __file__, "--work", name, *map(str, left)]
        try:
            output = subprocess.run(
                words, capture_output=True, text=True, timeout=SECONDS, check=False
            ).stdout
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        told = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        found |= {each["rationality"]: each for each in told}
        left = left[len(told) + 1 :]
    return found


def text_of(name: str) -> str:
    text: str = gambit().catalog.load(name).to_efg()
    return text


def rows(name: str) -> Iterator[dict[str, Any]]:
    """What all three say of one game, for each λ."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "game.efg")
        file.write_text(text_of(name), "utf-8")
        tree, known = read_efg(file), theirs(name)
        for document in solve_file(file, RATIONALITY, Asked()):
            rationality = document["rationality"]
            shares = [o["probability"] for each in document["behaviour"] for o in each["options"]]
            third = trace(tree, rationality, FINE)
            exact = None if third is None else by_actor(tree, third.behaviour)
            answer = known.get(rationality)
            reached = answer is not None and abs(answer["reached"] - rationality) <= 1e-6
            yield {
                "game": name,
                "nodes": tree.nodes,
                "rationality": rationality,
                "status": document["status"],
                "branch": document["branch"],
                "residual": certificate(tree, shares, rationality),
                "to_branch": distance(shares, exact),
                "gambit_reached": None if answer is None else answer["reached"],
                "gambit_residual": certificate(tree, answer["shares"], rationality)
                if answer and reached
                else None,
                "gambit_to_branch": distance(answer["shares"], exact) if answer and reached else None,
                "difference": distance(shares, answer["shares"]) if answer and reached else None,
                "behaviour": [round(each, 12) for each in shares],
            }


def by_actor(tree: Tree, behaviour: Sequence[float]) -> list[float]:
    """Shares by place as by actor and number, the order in which Gambit and Foedus tell them."""
    return [float(share) for k in order(tree) for share in np.split(behaviour, starts(tree))[k]]


def starts(tree: Tree) -> list[int]:
    widths = [0 if each.chance else len(each.options) for each in tree.places]
    return np.cumsum(widths)[:-1].tolist()


def order(tree: Tree) -> list[int]:
    places = [k for k, each in enumerate(tree.places) if not each.chance]
    return sorted(places, key=lambda k: (tree.places[k].actor, tree.places[k].number))


def certificate(tree: Tree, shares: Sequence[float], rationality: float) -> float | None:
    """The residual, by code that neither solver has a part in."""
    if not shares:
        return None
    widths = [len(tree.places[k].options) for k in order(tree)]
    parts = dict(zip(order(tree), np.split(np.array(shares), np.cumsum(widths)[:-1]), strict=True))
    ordered = [parts[k] for k, each in enumerate(tree.places) if not each.chance]
    residual, _ = certify_tree(tree, np.concatenate(ordered).tolist(), rationality)
    return residual if np.isfinite(residual) else None


def distance(one: Sequence[float], other: Sequence[float] | None) -> float | None:
    if other is None or not one:
        return None
    return float(np.abs(np.array(one) - np.array(other)).max(initial=0.0))


def verdict(row: dict[str, Any]) -> str:
    """Who is on the branch that the third opinion follows."""
    if row["to_branch"] is None:
        return "not traced"
    ours, gambits = row["to_branch"] <= SAME, row["gambit_to_branch"]
    if gambits is None:
        return "Foedus; Gambit did not arrive" if ours else "neither"
    if ours and row["branch"] == "bifurcated" and gambits > SAME:
        return "Foedus straight on, Gambit turned off"
    both = {(True, True): "both", (True, False): "Foedus", (False, True): "Gambit", (False, False): "neither"}
    return both[ours, gambits <= SAME]


def page(found: Sequence[dict[str, Any]]) -> str:
    """The table as Markdown: games on which all agree at every λ in one line, others in one for each λ."""
    lines = [
        INTRODUCTION,
        "| game | nodes | λ | branch | difference | residual | Gambit's residual | on the branch |",
    ]
    lines.append("|---|---:|---|---|---:|---:|---:|---|")
    for name in dict.fromkeys(row["game"] for row in found):
        of_game = [row for row in found if row["game"] == name]
        if all(row["difference"] is not None and row["difference"] <= SAME for row in of_game):
            of_game = [merged(of_game)]
        lines += [line(row) for row in of_game]
    return "\n".join(lines) + "\n"


def merged(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    most = {key: max(row[key] for row in group) for key in ("difference", "residual", "gambit_residual")}
    branches = dict.fromkeys(row["branch"] for row in group)
    return group[0] | most | {"rationality": "all", "branch": ", ".join(branches), "verdict": "both"}


def line(row: dict[str, Any]) -> str:
    def number(key: str) -> str:
        return "–" if row[key] is None else f"{row[key]:.0e}"

    cells = [row["game"], str(row["nodes"]), str(row["rationality"]), row["branch"] or row["status"]]
    cells += [number("difference"), number("residual"), number("gambit_residual")]
    return f"| {' | '.join([*cells, row.get('verdict') or verdict(row)])} |"


INTRODUCTION = """# Gambit's catalogue

Every extensive-form game of the catalogue that pygambit 17 can load, at λ = 0.5, 1, 2 and 5: the behaviour that `foedus solve` finds, that of Gambit's `logit_solve_lambda`, and which of them is on the principal branch. A game on which the two agree to 10⁻⁷ at every λ has one line, with the largest numbers; any other has one for each λ.

*Residual*: max |σ − logit(Q)| by `foedus.gambit.certificate`, in plain Python, which has no part in either solver. *On the branch*: within 10⁻⁷ of a third trace with steps a fifth as long, in NumPy on the tree of the file, with derivatives by complex steps. Gambit did not arrive where it took more than a minute, failed, or returned another λ than was asked for. Past a bifurcation (`bifurcated`) the branch is a matter of convention: Foedus and the third trace go straight on, like actors staying alike; Gambit turns off to one of the branches that cross, and its answers there are equilibria too, as their residuals tell.

This page is written by `benchmarks/catalogue.py` from the facts in `benchmarks/catalogue.json`; the games themselves are Gambit's.
"""  # noqa: E501


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="write the page from the facts that are there")
    asked = parser.parse_args()
    if asked.work:
        work(asked.work[0], [float(each) for each in asked.work[1:]])
        return
    if not asked.page:
        found = []
        for name in names():
            found += list(rows(name))
            print(*(line(row) for row in found if row["game"] == name), sep="\n")
        DATA.write_text("[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n", "utf-8")
    PAGE.write_text(page(json.loads(DATA.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
