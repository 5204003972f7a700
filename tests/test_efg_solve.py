"""Games in Gambit's format, solved: against known answers, and as the command prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foedus.cli import main
from foedus.gambit import small, solving
from foedus.gambit.build import build_game
from foedus.gambit.certificate import certify_tree
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg_text
from foedus.gambit.solving import Asked, solve_file
from foedus.gambit.tracing import Passes, trace
from foedus.game.show import describe_node, summary
from foedus.solve.reference import World, residual

FOLDER = Path(__file__).parent / "efg"
CASES = [pytest.param(file, id=file.stem) for file in sorted(FOLDER.glob("*.efg"))]
HEAD = 'EFG 2 R "t" { "A" "B" }\n'
TWICE = HEAD + 'p "" 1 1 "s" { "l" "r" } 0\np "" 1 1 "s" { "l" "r" } 0\n' + 't "" 0\n' * 3
CIRCLE = HEAD + (
    'c "" 1 "" { "x" 1/2 "y" 1/2 } 0\n'
    'p "" 1 1 "first" { "l" "r" } 0 t "" 1 "" { 1, 3 }\n'
    'p "" 2 1 "second" { "l" "r" } 0 t "" 2 "" { 3, 1 } t "" 0\n'
    'p "" 2 1 0 t "" 2 p "" 1 1 0 t "" 1 t "" 0\n'
)
DRIVER = (
    'EFG 2 R "driver" { "A" }\np "" 1 1 "exit" { "stay" "leave" } 0\n'
    'p "" 1 1 0 t "" 1 "" { 1 } t "" 2 "" { 4 }\nt "" 0\n'
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line: exit status, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        status = main(words)
        output, errors = capsys.readouterr()
        return status, output, errors

    return call


def solve_text(tmp_path: Path, text: str, *rationality: float) -> list[dict[str, Any]]:
    file = tmp_path / "game.efg"
    file.write_text(text, "utf-8")
    return list(solve_file(file, rationality))


@pytest.mark.parametrize("file", CASES)
def test_known_behaviour(file: Path) -> None:
    """Behaviour and values are those of the reference, information sets and options as in the file."""
    known = json.loads(file.with_suffix(".json").read_text("utf-8"))
    rationality = [each["rationality"] for each in known["solutions"]]
    for row, found in zip(known["solutions"], solve_file(file, rationality), strict=True):
        assert found["status"] == "solved"
        assert found["rationality"] == row["rationality"]
        told = [
            {name: each[name] for name in ("actor", "infoset", "label")}
            | {"options": [option["label"] for option in each["options"]]}
            for each in found["behaviour"]
        ]
        assert told == known["infosets"]
        if row["accepted"]:
            shares = [option["probability"] for each in found["behaviour"] for option in each["options"]]
            assert shares == pytest.approx([*chain(*row["behaviour"])], abs=1e-9, rel=0)
            assert found["values"] == pytest.approx(row["values"], abs=1e-6)


@pytest.mark.parametrize("file", CASES)
def test_certificate_of_the_reference(file: Path) -> None:
    """The independent solver finds the same residual, also where there is no single right answer."""
    known = json.loads(file.with_suffix(".json").read_text("utf-8"))
    rationality = [each["rationality"] for each in known["solutions"]]
    built = build_game(read_efg_text(file.read_text("utf-8")))
    numbers = built.tabulate(rationality)
    for k, found in enumerate(solve_file(file, rationality)):
        told = {
            (each["actor"], each["infoset"]): [option["probability"] for option in each["options"]]
            for each in found["behaviour"]
        }
        behaviour = np.concatenate([told[place.actor, place.number] for place in built.places])
        assert residual(World.of(built.game, numbers, k), behaviour) <= 1e-9


def test_payoffs_at_inner_nodes(tmp_path: Path) -> None:
    """What inner nodes pay, the root's included, is worth the same as if the ends below them paid it."""
    inner = HEAD + (
        'p "" 1 1 "s" { "l" "r" } 1 "root" { 3, -1 }\n'
        'c "" 1 "d" { "x" 1/4 "y" 3/4 } 2 "inner" { 1/2, 2 }\n'
        't "" 3 "" { 1, 1 }\nt "" 0\np "" 2 1 "u" { "a" "b" } 0\nt "" 2\nt "" 3\n'
    )
    ends = HEAD + (
        'p "" 1 1 "s" { "l" "r" } 0\nc "" 1 "d" { "x" 1/4 "y" 3/4 } 0\n'
        't "" 1 "" { 4.5, 2 }\nt "" 2 "" { 3.5, 1 }\np "" 2 1 "u" { "a" "b" } 0\n'
        't "" 3 "" { 3.5 1 }\nt "" 4 "" { 4 0 }\n'
    )
    for one, other in zip(
        solve_text(tmp_path, inner, 0, 1, 7), solve_text(tmp_path, ends, 0, 1, 7), strict=True
    ):
        assert one["values"] == pytest.approx(other["values"], abs=1e-12)
        for mine, theirs in zip(one["behaviour"], other["behaviour"], strict=True):
            assert [each["probability"] for each in mine["options"]] == pytest.approx(
                [each["probability"] for each in theirs["options"]], abs=1e-12
            )


@pytest.mark.parametrize("payoffs", ["0", '1 "o" { 2/3, -4 }'])
def test_a_game_of_one_node(tmp_path: Path, payoffs: str) -> None:
    """A game that is over at once is worth what its only node pays."""
    (found,) = solve_text(tmp_path, f'{HEAD}t "" {payoffs}\n', 2)
    assert found["status"] == "solved"
    assert found["values"] == ([0, 0] if payoffs == "0" else [2 / 3, -4])
    assert found["behaviour"] == []


def test_infinite_rationality(tmp_path: Path) -> None:
    """Where nothing is hidden λ may be infinite; ties are shared and said, elsewhere it is refused."""
    text = HEAD + 'p "" 1 1 "s" { "l" "r" } 0\nt "" 1 "" { 1, 0 }\nt "" 2 "" { 2, 0 }\n'
    (sure,) = solve_text(tmp_path, text, float("inf"))
    (tied,) = solve_text(tmp_path, text.replace("{ 2,", "{ 1,"), float("inf"))
    assert (sure["rationality"], sure["branch"], sure["values"]) == ("inf", "principal", [2, 0])
    assert (tied["branch"], tied["behaviour"][0]["options"][0]["probability"]) == ("ties", 0.5)
    (hidden,) = solve_file(FOLDER / "own_kuhn_poker.efg", [float("inf")])
    assert (hidden["status"], hidden["branch"], hidden["behaviour"]) == ("unsupported", None, [])
    assert hidden["reason"]


def test_a_branch_is_claimed_only_where_it_is_certain() -> None:
    """Small games are traced; past its pitchfork hawk and dove has two answers, and nothing says which."""
    branches = {
        file.stem: [each["branch"] for each in solve_file(file, [0.5, 10.0])] for file in FOLDER.glob("*.efg")
    }
    assert branches.pop("own_bif_hawk_dove") == ["principal", "bifurcated"]
    assert all(each == ["principal", "principal"] for each in branches.values())


def test_large_games_are_swept_unless_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not traced says so, and tracing it gives the same answer."""
    monkeypatch.setattr(small, "MOST_NODES", 0)
    monkeypatch.setattr(solving, "ALWAYS_CERTAIN", 0)
    file = FOLDER / "own_kuhn_poker.efg"
    swept, traced = next(solve_file(file, [2.0])), next(solve_file(file, [2.0], Asked(trace=True)))
    assert (swept["branch"], traced["branch"]) == ("sweeps", "principal")
    assert swept["values"] == pytest.approx(traced["values"], abs=1e-9)


def test_labels_serve_the_printers() -> None:
    """Nodes and steps of a game file can be described: a step is an information set, by its label."""
    game = build_game(read_efg_text((FOLDER / "own_treaty_monitoring.efg").read_text("utf-8"))).game
    told = describe_node(game, 0)
    assert (told["step"], told["mover"], told["options"]) == ("offer", "Verifier", ["no_treaty", "treaty"])
    assert "appeal_cheat" in summary(game)
    unnamed = build_game(read_efg_text(HEAD + 'p 1 3 { "l" } 0 p 2 3 { "l" } 0 t 0')).game
    assert [describe_node(unnamed, node)["step"] for node in range(3)] == ["A 3", "B 3", "end"]


@pytest.mark.parametrize(("text", "told"), [(TWICE, "twice"), (CIRCLE, "different orders")])
def test_no_order_of_play(text: str, told: str) -> None:
    """What keeps information sets from having an order of play is told by their numbers."""
    with pytest.raises(NoOrder, match=told) as caught:
        build_game(read_efg_text(text))
    assert "information set 1 of 'A'" in str(caught.value)


def test_opposite_orders(tmp_path: Path) -> None:
    """A game whose information sets are met in opposite orders has the equilibrium that its symmetry tells.

    By symmetry both give in with the same p. Who decides was first with odds 1 : 1 - p against second; giving
    in brings 1, and going on brings 3 if the other still has to decide and then gives in.
    """
    found = solve_text(tmp_path, CIRCLE, 0.0, 1.0, 4.0)
    assert [each["branch"] for each in found] == ["principal", "principal", "bifurcated"]
    for each in found:
        p = each["behaviour"][0]["options"][0]["probability"]
        assert each["behaviour"][1]["options"][0]["probability"] == pytest.approx(p, abs=1e-12)
        worth = 1.0 - 3.0 * p / (2.0 - p)
        assert np.log(p / (1.0 - p)) == pytest.approx(each["rationality"] * worth, abs=1e-9)


def test_absent_minded(tmp_path: Path) -> None:
    """The absent-minded driver turns off as the expected numbers of visits to both exits tell."""
    for rationality, found in zip((0.5, 2.0), solve_text(tmp_path, DRIVER, 0.5, 2.0), strict=True):
        (choice,) = found["behaviour"]
        stay = choice["options"][0]["probability"]
        last = stay / (1.0 + stay)
        worth_staying = (1.0 - last) * (stay * 1.0 + (1.0 - stay) * 4.0) + last * 1.0
        worth_leaving = last * 4.0
        assert np.log(stay / (1.0 - stay)) == pytest.approx(
            rationality * (worth_staying - worth_leaving), abs=1e-9
        )
        assert choice["reach"] == pytest.approx(1.0 + stay)


def test_tracing_agrees_with_sweeps() -> None:
    """It finds the known answers where there is an order too, through folds, and tells pitchforks."""
    for file in sorted(FOLDER.glob("*.efg")):
        known = json.loads(file.with_suffix(".json").read_text("utf-8"))["solutions"]
        tree = read_efg_text(file.read_text("utf-8"))
        first = Passes(tree).first
        for each in known:
            point = trace(tree, each["rationality"])
            assert point is not None
            assert certify_tree(tree, point.behaviour.tolist(), each["rationality"])[0] <= 1e-10
            assert point.alone == each["accepted"]
            if each["accepted"]:
                shares = [
                    point.behaviour[first[k] : first[k + 1]]
                    for k in sorted(
                        range(len(tree.places)), key=lambda k: (tree.places[k].actor, tree.places[k].number)
                    )
                ]
                assert np.concatenate(shares) == pytest.approx([*chain(*each["behaviour"])], abs=1e-9)
                assert point.values == pytest.approx(each["values"], abs=1e-6)


def test_too_large_without_an_order(tmp_path: Path) -> None:
    """A game without an order of play is refused with the reason where it is too large to be traced."""
    options, ends = " ".join(f'"{k}"' for k in range(400)), 't "" 0 ' * 399
    wide = TWICE.replace('"l" "r"', options).replace('t "" 0\n' * 3, ends + 't "" 0 ' + ends)
    (found,) = solve_text(tmp_path, wide, 1.0)
    assert (found["status"], found["values"]) == ("unsupported", [])
    assert "twice" in found["reason"]


def test_several_files_and_rationalities(run: Run) -> None:
    """One JSON object a line, file by file and for each rationality in the order asked for."""
    files = [str(FOLDER / f"{name}.efg") for name in ("own_kuhn_poker", "own_single_action")]
    status, output, _ = run("solve", *files, "--rationality", "0.5,2,0", "--json")
    documents = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [(each["file"], each["rationality"]) for each in documents] == [
        (file, rationality) for file in files for rationality in (0.5, 2.0, 0.0)
    ]
    first = documents[0]
    assert list(first) == [
        "schema", "file", "title", "rationality", "actors", "status", "branch", "residual", "regret",
        "values", "behaviour",
    ]  # fmt: skip
    assert first["schema"] == "foedus/solution/1"
    assert set(first["behaviour"][0]) == {"actor", "infoset", "label", "reach", "options"}
    assert first["behaviour"][0]["reach"] == pytest.approx(1 / 3)


def test_a_malformed_file_among_others(run: Run, tmp_path: Path) -> None:
    """A fault is told with its line, the other files are solved, and the exit status is 1."""
    bad = tmp_path / "bad.efg"
    bad.write_text(HEAD + 't "" 4\n', "utf-8")
    good = str(FOLDER / "own_single_action.efg")
    status, output, errors = run("solve", good, str(bad), good, "--json")
    assert status == 1
    assert len(output.splitlines()) == 2
    assert f"{bad}:2:6: outcome 4 has no payoffs here or before" in errors


def test_tables(run: Run) -> None:
    """Without --json the command prints tables of at most 100 columns."""
    status, output, _ = run("solve", *(str(file) for file in sorted(FOLDER.glob("*.efg"))))
    assert status == 0
    assert "Kuhn poker, λ = 1.0" in output
    assert max(map(len, output.splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["guarantee"], "--arrangement"),
        (["guarantee", "own.efg", "-a", "treaty"], "own.efg"),
        (["guarantee", "guarantee", "-a", "treaty"], "only if all are .efg"),
        (["guarantee", "-a", "treaty", "--rationality", "1"], "--rationality is for .efg"),
        (["KUHN", "-a", "treaty"], "are for scenarios"),
        (["KUHN", "--set", "x=1"], "are for scenarios"),
        (["KUHN", "guarantee"], "only if all are .efg"),
        (["KUHN", "--rationality", "1,x"], "'1,x' is not a list"),
        (["KUHN", "--rationality", "-1"], "'-1' is not a list"),
        (["KUHN", "--rationality", "nan"], "'nan' is not a list"),
        (["KUHN", "--rationality", ""], "'' is not a list"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], hint: str) -> None:
    """What does not fit together is wrong usage, with a hint and nothing on standard output."""
    kuhn = str(FOLDER / "own_kuhn_poker.efg")
    status, output, errors = run("solve", *(kuhn if word == "KUHN" else word for word in words))
    assert (status, output) == (2, "")
    assert hint in errors
