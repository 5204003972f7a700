"""Tables and numbers as a terminal shows them."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from foedus.errors import Fault, Mark
from foedus.report import progress
from foedus.report.brief import print_brief
from foedus.report.comparison import print_comparison
from foedus.report.console import make_console
from foedus.report.faults import print_faults
from foedus.report.numbers import cell, change, in_points, percent, points
from foedus.report.progress import Watch, watching
from foedus.report.table import GAP, Column, evenly, fold, panels, print_table

OUTCOMES = ["peace", "continuing_war", "negotiated_settlement", "russian_breakthrough", "great_power_war"]
ACTORS = ["russia", "ukraine", "united_states", "european_allies"]


def page(width: int = 100) -> Console:
    return Console(file=io.StringIO(), width=width)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def comparison(number: object = 0.25, arrangements: int = 14, **more: object) -> dict[str, object]:
    view = {"outcomes": dict.fromkeys(OUTCOMES, number), "values": dict.fromkeys(ACTORS, number)}
    promise = {"due": number, "kept": number, "delivered": None}
    rows = [
        {
            "id": f"bilateral_security_agreement_{row}" if row else "none",
            "group": "war",
            "fallback": "none" if row else None,
            "signs": dict.fromkeys(ACTORS[: row % 5], number),
            "offered": view,
            "in_force": {**view, "commitments": {"the_promise": promise} if row else {}},
            "status": "solved",
            "residual": 1e-12,
            "regret": 0.01,
            **more,
        }
        for row in range(arrangements)
    ]
    return {"schema": "foedus/comparison/1", "scenario": "drawn", "arrangements": rows}


INTERVAL = {"median": -1234.56, "low": -12345.6, "high": 0.0123}


@pytest.mark.parametrize("number", [0.25, 1e-9, 1.0, None, INTERVAL])
@pytest.mark.parametrize("width", [80, 100])
def test_comparison_fits(number: object, width: int) -> None:
    """No line is wider than the terminal, and no number or name is cut."""
    console = page(width)
    print_comparison(console, comparison(number))
    lines = text(console).splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in text(console)
    assert any(line.startswith("bilateral_security_agreement_13 ") for line in lines)


def test_fallback_comes_first() -> None:
    """The fallback is the first row of its group, and says that it is one."""
    given = comparison()
    rows = given["arrangements"]
    assert isinstance(rows, list)
    rows.reverse()
    console = page()
    print_comparison(console, given)
    shown = [line for line in text(console).splitlines() if "25.0" in line]
    assert shown[0].startswith("none (fallback)")


def test_brief_tells_what_changes_most() -> None:
    """The likeliest end, and the largest change up and down; nothing where an arrangement has no fallback."""
    outcomes = {"peace_held": 0.5, "war": 0.3, "loss": 0.2}
    changed = {"outcomes": {"peace_held": 0.25, "war": -0.05, "loss": -0.2}, "values": {}}
    rows = [
        {"id": "none", "in_force": {"outcomes": outcomes}, "difference": None},
        {"id": "pact", "in_force": {"outcomes": outcomes}, "difference": changed},
    ]
    console = page()
    print_brief(console, rows, ["none", "pact"])
    none, pact = (re.split("  +", line.strip()) for line in text(console).splitlines()[-2:])
    assert none == ["none", "50.0 peace held", "–", "–"]
    assert pact == ["pact", "50.0 peace held", "+25.0 peace held", "-20.0 loss"]


def test_ties_are_said() -> None:
    """Ties and limit beliefs are told with the arrangements that have them."""
    console = page()
    print_comparison(console, comparison(arrangements=2, ties=3, limit_beliefs=0))
    assert "shared by weight: none, bilateral_security_agreement_1." in text(console)
    assert "limits" not in text(console)


def test_unsolved_is_said() -> None:
    """Worlds that are not solved are counted where the result is shown."""
    console = page()
    print_comparison(console, comparison(arrangements=2, worlds=1000, solved=998, unsolved={"invalid": 2}))
    assert "Not solved (2 of 1000 worlds: invalid): none, bilateral" in text(console)
    assert "Solved: 1996 of 2000 worlds" in text(console)


@given(st.floats(0, 1))
def test_percent_hides_nothing(share: float) -> None:
    """Only what is impossible is shown as 0, only what is certain as 100, and the text is short."""
    shown = percent(share)
    assert (shown == "0") == (share == 0)
    assert (shown == "100.0") == (share == 1)
    assert len(shown) <= 7


@given(st.floats(-1e6, 1e6))
def test_points_keep_the_sign(value: float) -> None:
    """A payoff's text has its sign, and is zero only for what is no more than rounding."""
    shown = float(points(value).replace(",", ""))
    assert (shown > 0, shown < 0) == (value >= 0.0005, value <= -0.0005)


def test_small_payoffs_keep_their_figures() -> None:
    """Payoffs of a few tenths are told to the thousandth, those of a hundred points to the tenth."""
    assert in_points([0.25, {"median": -0.5, "low": -30.0, "high": 1.0}])(0.25) == "0.250"
    assert in_points([120.0, 3.0])(3.0) == "3.0"


def test_difference_has_a_sign() -> None:
    """A gain starts with a plus, a loss with a minus."""
    assert (change(0.02), change(-0.02), change(0.0)) == ("+2.0", "-2.0", "0.0")


def test_interval_stands_below() -> None:
    """A number over worlds shows its median and, on a line below, its interval."""
    assert cell({"median": 0.5, "low": 0.1, "high": 0.9}, percent) == "50.0\n10.0–90.0"


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(20, 120))
def test_panels_keep_every_column(widths: list[int], room: int) -> None:
    """Cut into panels, the columns are all there, in order, and each panel of several fits."""
    columns = [Column("x" * width, ()) for width in widths]
    for cut in (list(panels(columns, room)), evenly(columns, room)):
        assert [column for run in cut for column in run] == columns
        assert all(len(run) == 1 or sum(column.width + GAP for column in run) <= room for run in cut)


def test_wide_table_continues() -> None:
    """Columns beyond the width go on in a further panel with the same rows."""
    console = page(60)
    print_table(console, "Title", ["row"], [Column(f"heading{k}", ("1",)) for k in range(12)])
    assert text(console).count("Title (continued)") == 2
    assert len(re.findall(r"^row ", text(console), re.MULTILINE)) == 3


def test_long_name_breaks_between_words() -> None:
    """A name that is too long goes on below, at the end of a word where there is one."""
    assert fold("reinforced_guarantee_of_allies", 20) == "reinforced_\nguarantee_of_allies"
    assert fold("short", 20) == "short"


def test_fault_shows_its_line(tmp_path: Path) -> None:
    """A fault is followed by the line it is about, with a caret under the column."""
    file = tmp_path / "s.yaml"
    file.write_text("foedus: 1\ntitel: x\n", "utf-8")
    console = page()
    print_faults(console, (Fault("there is no key 'titel'", Mark(str(file), 2, 1)),))
    assert text(console).splitlines()[-2:] == ["    titel: x", "    ^"]


def test_fault_far_to_the_right(tmp_path: Path) -> None:
    """On a very long line, the part around the fault is shown."""
    file = tmp_path / "s.yaml"
    file.write_text("x" * 5000 + "HERE" + "y" * 5000, "utf-8")
    console = page(200)
    print_faults(console, (Fault("wrong", Mark(str(file), 1, 5001)),))
    excerpt, caret = text(console).splitlines()[-2:]
    assert excerpt[caret.index("^") :].startswith("HERE")


def test_fault_without_a_file() -> None:
    """A fault in a file that is not there is still told."""
    console = page()
    print_faults(console, (Fault("wrong", Mark("absent.yaml", 1, 1)),))
    assert text(console) == "absent.yaml:1:1: wrong\n"


def test_short_work_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """What is done within a second prints nothing."""
    with watching("Solving") as watch:
        watch(1, 2)
    assert capsys.readouterr() == ("", "")


def test_long_work_speaks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, work that goes on reports plain lines there."""
    monkeypatch.setattr(progress, "INTERVAL", -1.0)
    with watching("Solving") as watch:
        watch(1, 4, "treaty")
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("Solving (treaty): 25% after")


def test_package_speaks_while_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    """What the package logs during the work, such as that it compiles, is said on standard error."""
    with watching("Solving"):
        logging.getLogger("foedus.solve").info("compiling")
    logging.getLogger("foedus.solve").info("unheard")
    assert capsys.readouterr().err == "Foedus: compiling\n"


def test_terminal_has_a_bar() -> None:
    """Where standard error is a terminal, long work draws a bar and takes it away again."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    watch = Watch(console, "Solving")
    watch(3, 4)
    watch.show()
    watch(4, 4)
    watch.stop()
    assert "Solving" in text(console)
    assert "3/4" in text(console)


def test_plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal without these letters gets others of the same width, and no error."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    console = make_console()
    print_table(console, "Protégé – λ", ["row →"], [Column("Δ", ("−1",))])
    console.file.flush()
    shown = raw.getvalue().decode("ascii")
    assert "Protege - L" in shown
    assert "row >" in shown
