"""`foedus evidence`: documents in, citations out, and no change of a source unnoticed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus import library
from foedus.analysis.sensitivity import find_sensitivities
from foedus.cli import main
from foedus.errors import EvidenceError
from foedus.evidence.fingerprints import fingerprint_file, read_fingerprints
from foedus.evidence.searching import read_query
from foedus.language.citing import citations_in
from foedus.language.reader import read_scenario, read_text
from papers import WIRE, registered, scenario

Run = Callable[..., tuple[int, str, str]]
MINISTER = "A minister valued the province at forty times its tax yield."
RIVER = "On Monday the challenger moved two brigades to the river."


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("FOEDUS_DATA", str(folder))
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `foedus evidence …`: exit status, standard output, standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        status = main(["evidence", *map(str, words)])
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return status, output, errors

    return call


@pytest.fixture
def case(tmp_path: Path, run: Run) -> Path:
    """A scenario with its store and its fingerprints beside it."""
    file = scenario(tmp_path)
    (tmp_path / "wire-0801.txt").write_text(WIRE, "utf-8")
    assert run("add", tmp_path / "wire-0801.txt", "--for", file)[0] == 0
    assert run("cite", file, "--all", "--write")[0] == 0
    return file


def states(run: Run, file: Path, text: str) -> tuple[int, dict[str, str]]:
    """What `check` finds of each citation once the document has this text."""
    (file.parent / "wire-0801.txt").write_text(text, "utf-8")
    assert run("add", file.parent / "wire-0801.txt", "--for", file, "--replace")[0] == 0
    status, output, _ = run("check", file, "--json")
    return status, {row["citation"]: row["state"] for row in json.loads(output)["citations"]}


def test_every_citation_resolves(run: Run, case: Path) -> None:
    """A scenario whose documents are as they were passes, with status 0."""
    status, output, errors = run("check", case)
    assert (status, errors) == (0, "")
    assert "2 citations, used 2 times: 2 resolve." in output


@pytest.mark.parametrize(
    ("change", "third", "fourth"),
    [
        (("forty", "fifty"), "changed", "resolves"),
        ((MINISTER + "\n\n", ""), "missing paragraph", "moved"),
        ((RIVER + "\n\n", ""), "moved", "moved"),
        (("Few doubt", "Nobody doubts"), "resolves", "changed"),
        ((MINISTER, f"{MINISTER}\n\n{MINISTER}"), "ambiguous", "moved"),
        (("tax yield", "tax\nyield"), "resolves", "resolves"),
    ],
)  # fmt: skip
def test_a_change_of_a_source_fails(
    run: Run, case: Path, change: tuple[str, str], third: str, fourth: str
) -> None:
    """Changed, taken out and doubled paragraphs are told apart, and the status is 1."""
    status, found = states(run, case, WIRE.replace(*change))
    assert found == {"wire-0801#3": third, "wire-0801#4": fourth}
    assert status == (0 if {third, fourth} == {"resolves"} else 1)


def test_a_failure_names_its_place_and_both_fingerprints(run: Run, case: Path) -> None:
    """A citation that fails is told at its line, with the fingerprint kept and the one found."""
    states(run, case, WIRE.replace("forty", "fifty"))
    status, _, errors = run("check", case)
    assert status == 1
    assert f"{case}:31:" in errors
    assert len(set(re.findall(r"sha256:[0-9a-f]{64}", errors))) == 2


def test_missing_documents_are_told(run: Run, case: Path, tmp_path: Path) -> None:
    """A document that is not registered is missing; one whose text is there under another id is named."""
    registered(tmp_path, "another", "else.txt")
    _, output, _ = run("check", case, "--store", tmp_path / "papers.sqlite", "--json")
    assert {row["state"] for row in json.loads(output)["citations"]} == {"missing document"}
    registered(tmp_path, WIRE, "despatch.txt")
    _, output, _ = run("check", case, "--store", tmp_path / "papers.sqlite", "--json")
    assert all("as 'despatch'" in row["reason"] for row in json.loads(output)["citations"])


def test_without_fingerprints_nothing_passes(run: Run, case: Path) -> None:
    """A citation with nothing to compare it with does not count as checked."""
    fingerprint_file(case).unlink()
    status, output, _ = run("check", case)
    assert status == 1
    assert "2 no fingerprint" in output


def test_fingerprints_are_renewed_only_when_asked(run: Run, case: Path) -> None:
    """What differs from what is kept stays kept, until --renew takes it."""
    before = fingerprint_file(case).read_text("utf-8")
    states(run, case, WIRE.replace("forty", "fifty"))
    status, output, _ = run("cite", case, "--all", "--write")
    assert status == 1
    assert "wire-0801#3 differs" in output
    kept, found = (
        json.loads(text)["citations"]["wire-0801#3"] for text in (before, fingerprint_file(case).read_text())
    )
    assert kept == found
    assert run("cite", case, "--all", "--write", "--renew")[0] == 0
    assert run("check", case)[0] == 0


def test_fingerprints_hold_no_text(case: Path) -> None:
    """What ships beside a scenario is hashes and names."""
    text = fingerprint_file(case).read_text("utf-8")
    assert not any(word in text for word in ("minister", "province", "promise", "Few"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("{", "["), "no JSON"),
        (("fingerprints/1", "fingerprints/9"), "expected the schema"),
        (('"exact": "sha256:', '"exact": "md5:'), "as exact, expected sha256:"),
        (('"occurrences": 1', '"occurrences": 0'), "expected a whole number from 1"),
        (('"suffix"', '"suffx"'), "'suffix' is missing"),
        (('"wire-0801#3"', '"wire-0801"'), "is no citation"),
    ],
)
def test_spoilt_fingerprints(run: Run, case: Path, change: tuple[str, str], reason: str) -> None:
    """A file of fingerprints that was spoilt is an error that says what is wrong."""
    file = fingerprint_file(case)
    file.write_text(file.read_text("utf-8").replace(*change, 1), "utf-8")
    status, _, errors = run("check", case)
    assert status == 1
    assert reason in errors


def test_cite_gives_the_line_to_paste(run: Run, case: Path) -> None:
    """A place or its very words give the citation; words that stand twice ask for a choice."""
    for target in ("wire-0801#3", "valued  the\nPROVINCE at forty"):
        status, output, _ = run("cite", target, "--for", case)
        assert status == 0
        assert "cites: [wire-0801#3]" in output
    assert run("cite", "the", "--for", case)[0] == 1
    status, _, errors = run("cite", "of a whale", "--for", case)
    assert status == 1
    assert "no passage holds the words" in errors


def test_show_and_list(run: Run, case: Path) -> None:
    """A passage is shown between its neighbours, a document with its metadata."""
    status, output, _ = run("show", "wire-0801#3", "--for", case, "--json")
    found = json.loads(output)
    assert status == 0
    assert [each["citation"] for each in found["before"] + found["after"]] == ["wire-0801#2", "wire-0801#4"]
    assert run("show", "wire-0801#5.2", "--for", case)[1].count("line of the table") == 3
    assert "wire-0801" in run("list", "--for", case)[1]
    assert len(json.loads(run("show", "wire-0801", "--for", case, "--json")[1])["passages"]) == 5


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("wire-0810#3", "holds no document 'wire-0810'; did you mean 'wire-0801'?"),
        ("wire-0801#9", "there is no paragraph 9; the last is 5"),
        ("wire-0801#5.4", "paragraph 5 has 3 lines, and no line 4"),
        ("wire-0801#3.1", "has a single line, which is cited as #3"),
        ("wire-0801#x", "is no citation"),
    ],
)
def test_places_that_are_not_there(run: Run, case: Path, target: str, reason: str) -> None:
    """A place that is not there is an error with what is there."""
    status, output, errors = run("show", target, "--for", case)
    assert (status, output) == (1, "")
    assert reason in errors


def test_search(run: Run, case: Path) -> None:
    """Words find the passages that hold all of them, phrases what stands together, best first, in place."""
    hits = json.loads(run("search", "promise", "--for", case, "--json")[1])["hits"]
    assert [hit["citation"] for hit in hits] == ["wire-0801#4"]
    start, end = hits[0]["matches"][0]
    assert hits[0]["text"][start:end] == "promise"
    assert [each["citation"] for each in hits[0]["before"]] == ["wire-0801#3"]
    for words, count in (
        (["two brigades"], 1),
        (["brigades", "two"], 1),
        (["brigades two"], 0),
        (["brig*"], 1),
        (["brigades", "OR", "promise"], 2),
        (["the", "--", "-minister"], 3),
    ):
        found = json.loads(run("search", "--for", case, "--json", *words)[1])["hits"]
        assert len(found) == count, words


@pytest.mark.parametrize(
    "query",
    [
        *("col:x", "a' OR 1=1 --x", "{a}", "^a", "a\0b", "a:", "'", "x;y", "a--b", "a NOT b", "NEAR", "²"),
        *("rowid", "5(1) OR a", "é", "%", "\\a", "a_b", "a* b*", "(a)", '"a*" b'),
    ],
)
def test_no_query_breaks_the_search(case: Path, run: Run, query: str) -> None:
    """Whatever is typed finds something or finds nothing, with what was searched for; or holds no word."""
    status, output, errors = run("search", "--for", case, "--", *query.split(" "))
    if status:
        assert "holds no word to look for" in errors
        assert output == ""
    else:
        assert errors == ""
        assert 'Passages: none. Searched for: "' in output or re.search(r"Passages: \d", output)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ('"unbalanced', "has a quote at character 1 that nothing closes; expected '\"' after"),
        ('river "two brigades', "has a quote at character 7 that nothing closes"),
        ('"two" "', "has a quote at character 7 that nothing closes"),
        ('two"brigades"', "found a quote within the word 'two\"brigades\"'"),
        ("AND", "has no word to look for before AND; expected one on both sides, or 'and'"),
        ("river AND", "has no word to look for after AND"),
        ("river OR", "has no word to look for after OR"),
        ("OR river", "has no word to look for before OR"),
        ("a OR OR b", "has no word to look for before OR"),
        ("a OR -b", "has no word to look for on one side of OR"),
        ("a OR *", "has no word to look for after OR"),
        ("NEAR(two river)", "found 'NEAR(two': there is no search for words near each other"),
        ("NEAR/5", "found 'NEAR/5'"),
        ("(a OR b) c", "found '(a' beside OR: parentheses group nothing here"),
        ("*", "holds no word to look for"),
        (":", "holds no word to look for"),
        ("_", "holds no word to look for"),
        ('""', "holds no word to look for"),
        ("(((", "holds no word to look for"),
        ("-river", "holds only words that must not occur, and no word to look for"),
    ],
)
def test_a_query_that_means_nothing(case: Path, run: Run, query: str, reason: str) -> None:
    """What cannot be searched for as it stands is an error that says why, and nothing is searched."""
    status, output, errors = run("search", "--for", case, "--", *query.split(" "))
    assert (status, output) == (1, "")
    assert reason in errors


@pytest.mark.parametrize(
    ("words", "count", "note"),
    [
        (["two", ":", "brigades"], 1, "':' holds no word, and was passed over"),
        (["^two"], 1, "'^two' was searched for as the word 'two'"),
        (["text:two"], 0, "'text:two' was searched for as the words 'text two', one after another"),
        (["minister OR river"], 0, "'minister OR river' was searched for as the words 'minister OR river'"),
        (["two bri*"], 0, "'two bri*' was searched for as the words 'two bri'"),
        (["minister", "NOT", "river"], 0, "NOT was searched for as a word; '-word' is for what must not"),
        (["two"] * 51, 1, "only the first 50 of 51 words were searched for"),
    ],
)
def test_what_is_searched_otherwise_is_told(
    case: Path, run: Run, words: list[str], count: int, note: str
) -> None:
    """What is not searched for as it was typed is told, whether or not anything is found."""
    found = json.loads(run("search", "--for", case, "--json", *words)[1])
    assert len(found["hits"]) == count
    assert len(found["notes"]) == 1
    assert note in found["notes"][0]
    assert f"Note: {note}" in run("search", "--for", case, *words)[1]


def test_a_search_that_finds_nothing_says_for_what(case: Path, run: Run) -> None:
    """Nothing found is told with the query as it was read; a plain query has no notes."""
    status, output, _ = run("search", "--for", case, "brigades two", "brig*")
    assert status == 0
    assert output.strip() == 'Passages: none. Searched for: "brigades two" AND "brig"*'
    assert json.loads(run("search", "--for", case, "--json", "the", "Few AND doubt")[1])["notes"] != []
    assert json.loads(run("search", "--for", case, "--json", "Few", "AND", "doubt")[1])["notes"] == []


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ('a "b c" d* -e OR f', '(("a" AND "b c" AND "d"*) OR ("f")) NOT ("e")'),
        ("a AND b and c", '"a" AND "b" AND "and" AND "c"'),
        ('a -"b c" -d', '(("a")) NOT ("b c" OR "d")'),
        ("a OR b", '("a") OR ("b")'),
    ],
)
def test_queries(query: str, match: str) -> None:
    """A query in the index's own syntax, all words in quotes."""
    assert read_query(query).match == match


@given(query=st.text(st.sampled_from('ab"*-:()^{}+ ORAND\0_é'), max_size=12))
def test_any_query_is_read_or_refused(query: str) -> None:
    """Whatever is typed is in the index's syntax afterwards, or is an error."""
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE passages USING fts5(text)")
    try:
        match = read_query(query).match
    except EvidenceError:
        return
    assert table.execute("SELECT rowid FROM passages WHERE passages MATCH ?", (match,)).fetchall() == []


def test_what_is_no_store(run: Run, tmp_path: Path) -> None:
    """A missing store, a text and another database are told apart, and left as they are."""
    assert "there is no store" in run("list", "--store", tmp_path / "x.sqlite")[2]
    (tmp_path / "text.sqlite").write_text("not a database, but long enough to be looked at" * 9, "utf-8")
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE t (x)")
    other.close()
    (tmp_path / "a.txt").write_text("a", "utf-8")
    for name, reason in (("text", "cannot be used"), ("other", "no store of evidence")):
        before = (tmp_path / f"{name}.sqlite").read_bytes()
        status, _, errors = run("add", tmp_path / "a.txt", "--store", tmp_path / f"{name}.sqlite")
        assert status == 1
        assert reason in errors
        assert (tmp_path / f"{name}.sqlite").read_bytes() == before


def test_another_text_needs_replace(run: Run, case: Path) -> None:
    """A registered document is not changed unless that is asked for; the same text again is no change."""
    paper = case.parent / "wire-0801.txt"
    assert "1 unchanged" in run("add", paper, "--for", case)[1]
    paper.write_text("other", "utf-8")
    status, output, _ = run("add", paper, "--for", case)
    assert status == 1
    assert "registered with another text" in " ".join(output.split())
    assert run("check", case)[0] == 0
    assert run("add", paper, "--for", case, "--id", "other", "--title", "T")[0] == 0


def test_the_shared_store_serves_what_ships(run: Run, tmp_path: Path, own_data: Path) -> None:
    """Without a scenario documents go to the user's own store, where shipped scenarios look."""
    (tmp_path / "wire-0801_0123456789abcdef.txt").write_text(WIRE, "utf-8")
    assert run("add", tmp_path / "wire-0801_0123456789abcdef.txt")[0] == 0
    assert (own_data / "evidence.sqlite").is_file()
    found = json.loads(run("check", "guarantee", "--json")[1])
    assert found["documents"][0]["registered"] is True


def test_a_terminal_is_not_obeyed(run: Run, tmp_path: Path) -> None:
    """Control characters of a document never reach the terminal."""
    (tmp_path / "a.txt").write_text("red \x1b[31mx\x1b]0;t \u202eevil", "utf-8")
    run("add", tmp_path / "a.txt", "--store", tmp_path / "s.sqlite")
    for words in (("show", "a"), ("search", "red"), ("cite", "a#1")):
        output = run(*words, "--store", tmp_path / "s.sqlite")[1]
        assert "red" in output
        assert not set(output) & {"\x1b", "\u202e"}


def coverage(run: Run, file: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("coverage", file, *words, "--json")[1])
    return found


def judged(run: Run, file: Path, name: str) -> float:
    """The share of a result's sensitivity under the treaty that rests on judgment."""
    rows = coverage(run, file, "-a", "treaty")["results"][0]["quantities"]
    return float(next(row["shares"]["judged"] for row in rows if row["id"] == name))


def test_coverage(run: Run, case: Path) -> None:
    """Assumptions by basis, documents by what rests on them, and shares that add up to one."""
    registered(case.parent, "nobody cites this", "idle.txt")
    found = coverage(run, case, "--store", str(case.parent / "papers.sqlite"), "-a", "treaty")
    assert found["counts"] == {"quoted": 0, "paraphrased": 1, "judged": 3}
    assert {each["id"]: each["citations"] for each in found["documents"]} == {"idle": 0, "wire-0801": 2}
    (result,) = found["results"]
    for quantity in result["quantities"]:
        assert sum(quantity["shares"].values()) == pytest.approx(1)
    assert "Nothing rests on idle" in run(
        "coverage", case, "--no-results", "--store", case.parent / "papers.sqlite"
    )[1]  # fmt: skip


def test_shares_follow_the_derivatives(run: Run, case: Path) -> None:
    """A share is the sum of |derivative × range| over judged parameters, of the sum over all."""
    rows = find_sensitivities(read_scenario(case), "treaty", ["war"]).of("war").rows
    sizes = {row.name: abs(row.over_range or 0.0) for row in rows if row.kind == "parameter"}
    share = 1 - sizes["prize"] / sum(sizes.values())
    assert judged(run, case, "war") == pytest.approx(share)
    text = case.read_text("utf-8").replace(", cites: [wire-0801#3]", "")
    case.write_text(text, "utf-8")
    assert judged(run, case, "war") == 1


def test_contradicting_sources_widen_the_shown_range(run: Run, case: Path) -> None:
    """Sources for and against are both kept; their numbers widen what is shown, and not what is drawn."""
    sources = (
        "basis: quoted, supports: {wire-0801#3: 30}, contradicts: {wire-0801#2: [70, 80], wire-0801#4: }"
    )
    case.write_text(case.read_text("utf-8").replace("cites: [wire-0801#3]", sources), "utf-8")
    prize = next(each for each in coverage(run, case, "--no-results")["assumptions"] if each["id"] == "prize")
    assert (prize["basis"], prize["range"], prize["shown_range"]) == ("quoted", [20, 60], [20, 80])
    assert [each["numbers"] for each in prize["contradicts"]] == [[70, 80], None]
    assert read_scenario(case).parameters["prize"].range == (20, 60)
    assert "widened" in run("coverage", case, "--no-results")[1]


def test_a_basis_needs_a_source() -> None:
    """A number that is said to be quoted and cites nothing is a fault of the file."""
    text = library.find("guarantee").read_text("utf-8").replace("cites: [wire-0801#3]", "basis: quoted")
    with pytest.raises(Exception, match="'prize' is quoted, and cites nothing"):
        read_text(text)


def test_exports(run: Run, case: Path, tmp_path: Path) -> None:
    """Each format is what its readers expect."""
    (source,) = json.loads(run("export", case, "--as", "csl")[1])
    assert source["id"] == "wire-0801"
    assert source["issued"] == {"date-parts": [[1908, 8, 1]]}
    assert re.match(r"@misc\{wire-0801,\n  title = \{\{.*\}\},\n", run("export", case, "--as", "bibtex")[1])
    review = json.loads(run("export", case, "--as", "claimreview")[1])["@graph"][0]
    assert (review["@type"], review["reviewRating"]["alternateName"]) == ("ClaimReview", "holds")
    assert run("export", case, "--as", "prov", "-o", tmp_path / "p.json")[0] == 0
    prov = json.loads((tmp_path / "p.json").read_text("utf-8"))
    known = {*prov["entity"], *prov["activity"], *prov["agent"]}
    for relation in ("used", "wasGeneratedBy", "wasDerivedFrom", "wasAttributedTo", "wasAssociatedWith"):
        for each in prov[relation].values():
            assert set(each.values()) <= known
    assert prov["entity"]["foedus:passage.wire-0801-u23-3"]["foedus:exact"].startswith("sha256:")


def test_the_flagship_ships_its_fingerprints() -> None:
    """Every citation of `ukraine` has a fingerprint in the file beside it, and the file has no other."""
    path = library.find("ukraine")
    flagship = read_scenario(path)
    kept = read_fingerprints(fingerprint_file(path))
    assert set(kept.citations) == {str(each.citation) for each in citations_in(flagship.text, flagship.file)}
    assert kept.documents == {name: each.sha256 for name, each in flagship.documents.items()}
    assert all(each.occurrences == 1 for each in kept.citations.values())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["check", "ukrane"], "did you mean 'ukraine'"),
        (["export", "guarantee", "--as", "ris"], "--as"),
        (["cite", "a#1", "--write"], "--all"),
        (["cite", "guarantee", "--all", "--renew"], "--write"),
        (["coverage", "guarantee", "-a", "tready"], "did you mean 'treaty'"),
        (["add", "absent.txt"], "absent.txt"),
        (["search"], "WORDS"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], hint: str) -> None:
    """Wrong usage ends with status 2 and a hint."""
    status, output, errors = run(*words)
    assert (status, output) == (2, "")
    assert hint in errors
