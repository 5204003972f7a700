"""Reading files: what is text is read without loss, everything else is refused with a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from foedus.errors import EvidenceError, ScenarioError
from foedus.evidence import reading
from foedus.evidence.adding import Asked, add
from foedus.evidence.gather import id_of
from foedus.evidence.listing import read_listing
from foedus.evidence.store import open_store
from foedus.evidence.worker import Worker
from papers import WIRE, bomb, pdf

Told = dict[str, Any]


def added(folder: Path, *names: str, **asked: Any) -> list[Told]:
    paths = [folder / name for name in names] or [folder]
    with open_store(folder / "s.sqlite", write=True) as store:
        found: list[Told] = add(store, paths, Asked(**asked))["documents"]
    return found


def texts(folder: Path, name: str) -> list[str]:
    with open_store(folder / "s.sqlite") as store:
        return [each.text for each in store.paragraphs(store.require(name))]


@pytest.mark.parametrize(
    ("encoding", "told", "remark"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8", False),
        ("utf-16", "utf-16", False),
        ("utf-32", "utf-32", False),
        ("cp1252", "cp1252", True),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, told: str, remark: bool) -> None:
    """One text in several encodings is one text; a fallback is told."""
    (tmp_path / "a.txt").write_bytes("Zürich – “café”\n\nÆ".encode(encoding))
    row = added(tmp_path, "a.txt")[0]
    assert texts(tmp_path, "a") == ["Zürich – “café”", "Æ"]
    assert row["encoding"] == told
    assert bool(row["notes"]) == remark


def test_latin_1_is_the_last_resort(tmp_path: Path) -> None:
    """Bytes that Windows-1252 does not have are read as Latin-1, so that none is lost."""
    (tmp_path / "a.txt").write_bytes(b"caf\xe9 \x81")
    assert added(tmp_path, "a.txt")[0]["encoding"] == "latin-1"
    assert texts(tmp_path, "a") == ["caf\xe9 \x81"]


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"\x00\x01\x02binary", None, "control character U+0000"),
        (b"\xff\xfea\x00\x00", None, "expected text in utf-16"),
        (b"caf\xe9", "utf-8", "found the byte 0xe9 at 3, expected text in utf-8"),
        (b"text", "klingon", "no encoding is called 'klingon'"),
        (b"  \n \n", None, "holds no text"),
        (b"", None, "holds no text"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, encoding: str | None, reason: str) -> None:
    """A file that is no text is refused with what was found, and nothing of it is registered."""
    (tmp_path / "a.txt").write_bytes(data)
    row = added(tmp_path, "a.txt", encoding=encoding)[0]
    assert row["state"] == "refused"
    assert reason in row["reason"]


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 200 MB is refused by its size alone."""
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(200 * 10**6)
    monkeypatch.setattr(reading, "read_plain", None)
    row = added(tmp_path, "a.txt")[0]
    assert row["reason"] == "it has 200,000,000 bytes, expected at most 64 MiB; nothing was read"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_does_not_hold_up(tmp_path: Path) -> None:
    """A named pipe that nobody writes to is refused at once."""
    os.mkfifo(tmp_path / "a.txt")
    assert added(tmp_path, "a.txt")[0]["reason"] == "it is not a regular file"


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in a folder is told and left out, to a file and to a folder alike."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.txt").write_text("secret", "utf-8")
    (inside / "a.txt").symlink_to(outside / "secret.txt")
    (inside / "b").symlink_to(outside)
    (inside / "c").symlink_to(inside)
    (inside / "d.txt").write_text("mine", "utf-8")
    rows = added(tmp_path, "inside")
    assert [row["state"] for row in rows] == ["refused", "refused", "refused", "added"]
    assert all("link" in row["reason"] for row in rows[:3])


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    """Whatever names and titles say, only the store is written."""
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "..%2f..%2fx.txt").write_text("a", "utf-8")
    (papers / "y.md").write_text("---\nid: ../../y\ntitle: ../../z\n---\nb", "utf-8")
    (papers / "..\\..\\w.html").write_text("<title>/etc/x</title><p>c", "utf-8")
    added(tmp_path, "papers")
    assert {path.name for path in tmp_path.iterdir()} == {"papers", "s.sqlite"}
    assert len(list(papers.iterdir())) == 3
    with open_store(tmp_path / "s.sqlite") as store:
        assert not any("/" in each.id or "\\" in each.id for each in store.documents())


def test_an_id_outside_is_refused(tmp_path: Path) -> None:
    """An id that is a path is no id."""
    (tmp_path / "a.txt").write_text("a", "utf-8")
    row = added(tmp_path, "a.txt", id="../../x")[0]
    assert "'../../x' is no id that a citation can name" in row["reason"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("000_6301ffa599d4fce1.txt", "000"),
        ("report.pdf", "report"),
        ("A B (final).md", "A-B-final"),
        ("deadbeefdeadbeef.txt", "deadbeefdeadbeef"),
        ("notes_2024.txt", "notes_2024"),
        ("Überblick.html", "Überblick"),
        ("a.tar.txt", "a.tar"),
    ],
)
def test_ids_come_from_names(name: str, found: str) -> None:
    """An id is the file's name without its ending and without a content hash."""
    assert id_of(name) == found


def test_two_files_of_one_id(tmp_path: Path) -> None:
    """Two files that would have one id are never taken for one another."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(folder, "utf-8")
    rows = added(tmp_path, "x", "y")
    assert [row["state"] for row in rows] == ["added", "refused"]
    assert "its id would be 'a', which is that of" in rows[1]["reason"]


HTML = """<!doctype html><html lang="en"><head><title>A  page</title><meta name="author" content="N. N.">
<meta property="article:published_time" content="2024-06-13"><style>p {color: red}</style>
<script>alert("head")</script></head><body><script>document.write("<p>no")</script>
<h1>Heading</h1><p>First <b>bold</b><i>er</i> words.<br>Second line &amp; more</p><!-- comment -->
<div hidden>unseen</div><ul><li>one</li><li>two<script>x()</script></li></ul>
<noscript>enable</noscript><p onclick="evil()">Last<template>t</template></p>
<pre>kept  as
it is</pre>loose text<svg><text>drawn</text></svg></body></html>"""


def test_html(tmp_path: Path) -> None:
    """A page gives its blocks, without scripts, comments and what is hidden; its head gives metadata."""
    (tmp_path / "a.html").write_text(HTML, "utf-8")
    row = added(tmp_path, "a.html")[0]
    assert texts(tmp_path, "a") == [
        "Heading",
        "First bolder words.\nSecond line & more",
        "one",
        "two",
        "Last",
        "kept as\nit is",
        "loose text",
    ]
    assert row["metadata"] == {
        "title": "A page",
        "author": "N. N.",
        "date": "2024-06-13",
        "language": "en",
        "publisher": None,
        "stance": None,
    }
    assert set(row["origins"].values()) == {"HTML meta"}


def test_html_declares_its_encoding(tmp_path: Path) -> None:
    """A page is read in the encoding that it declares."""
    (tmp_path / "a.html").write_bytes('<meta charset="windows-1251"><p>Киев'.encode("cp1251"))
    assert added(tmp_path, "a.html")[0]["notes"] == []
    assert texts(tmp_path, "a") == ["Киев"]


def test_deep_html(tmp_path: Path) -> None:
    """A page nested a hundred thousand deep is read, or refused with a reason; nothing breaks."""
    (tmp_path / "a.html").write_text("<div>" * 100_000 + "deep", "utf-8")
    (tmp_path / "b.html").write_text("<p>sound", "utf-8")
    rows = added(tmp_path, "a.html", "b.html")
    assert rows[0]["state"] == "added" or rows[0]["reason"]
    assert texts(tmp_path, "b") == ["sound"]


def test_wide_html(tmp_path: Path) -> None:
    """A page of more tags than any that people read is refused before they are taken apart."""
    (tmp_path / "a.html").write_text("<p>x" * 500_001, "utf-8")
    (tmp_path / "b.html").write_text("<p>sound", "utf-8")
    rows = added(tmp_path, "a.html", "b.html")
    assert rows[0]["state"] == "refused"
    assert "500,001 tags, expected at most 500,000" in rows[0]["reason"]
    assert texts(tmp_path, "b") == ["sound"]


def test_pdf(tmp_path: Path) -> None:
    """Pages are kept, paragraphs are numbered through, and the file's own information is read."""
    info = "/Title (A paper) /Author (N. N.) /CreationDate (D:20240613120000Z)"
    (tmp_path / "a.pdf").write_bytes(pdf(["First page", "Second page\nand a line"], info))
    row = added(tmp_path, "a.pdf")[0]
    assert row["metadata"]["title"] == "A paper"
    assert row["metadata"]["date"] == "2024-06-13"
    with open_store(tmp_path / "s.sqlite") as store:
        found = [(each.number, each.page, each.text) for each in store.paragraphs(store.require("a"))]
    assert found == [(1, 1, "First page"), (2, 2, "Second page\nand a line")]


@pytest.mark.parametrize("size", [200, 2000])
def test_a_bomb_in_a_pdf(tmp_path: Path, size: int) -> None:
    """A stream that unpacks to hundreds of megabytes is refused, and the next file is read."""
    (tmp_path / "a.pdf").write_bytes(pdf(["x"], stream=bomb(size << 20)))
    (tmp_path / "b.pdf").write_bytes(pdf(["sound"]))
    rows = added(tmp_path, "a.pdf", "b.pdf")
    assert rows[0]["state"] == "refused"
    assert texts(tmp_path, "b") == ["sound"]


@pytest.mark.parametrize("data", [b"%PDF-1.7 torn", b"no pdf", b"", pdf(["a"])[:300]])
def test_torn_pdfs(tmp_path: Path, data: bytes) -> None:
    """A damaged file is refused with a reason."""
    (tmp_path / "a.pdf").write_bytes(data)
    row = added(tmp_path, "a.pdf")[0]
    assert row["state"] == "refused"
    assert row["reason"]


def test_a_pdf_without_text(tmp_path: Path) -> None:
    """A scan is refused, and the reader told what to do."""
    (tmp_path / "a.pdf").write_bytes(pdf([" "]))
    assert "its 1 page holds no text; if it is a scan" in added(tmp_path, "a.pdf")[0]["reason"]
    (tmp_path / "b.pdf").write_bytes(pdf([" ", " "]))
    assert "its 2 pages hold no text" in added(tmp_path, "b.pdf")[0]["reason"]


def test_a_worker_that_takes_too_long_is_ended() -> None:
    """Past its time a file is given up, and the next one gets a new process."""
    with Worker(seconds=0.0) as worker:
        with pytest.raises(EvidenceError, match="took over"):
            worker.read(b"<p>x", "html", None)
        worker.seconds = 60.0
        assert worker.read(b"<p>x", "html", None)["pages"] == ["x"]


def test_front_matter(tmp_path: Path) -> None:
    """Front matter gives metadata and is no part of the text; a rule at the top is no front matter."""
    (tmp_path / "a.md").write_text("---\ntitle: T\nauthors: [A, B]\nlang: en\n---\n# Head\n\nText", "utf-8")
    (tmp_path / "b.md").write_text("---\n\nText\n\n---\n", "utf-8")
    (tmp_path / "c.md").write_text("---\ntitle: !!python/object x\n---\nText", "utf-8")
    rows = added(tmp_path, "a.md", "b.md", "c.md")
    assert rows[0]["metadata"]["author"] == "A; B"
    assert rows[0]["origins"] == dict.fromkeys(("title", "author", "language"), "front matter")
    assert texts(tmp_path, "a") == ["# Head", "Text"]
    assert texts(tmp_path, "b") == ["---", "Text", "---"]
    assert "front matter has a fault" in rows[2]["reason"]


def test_a_listing_beside(tmp_path: Path) -> None:
    """`documents.csv` in a folder gives ids and metadata; options win over it, and it over the file."""
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a.md").write_text("---\ntitle: own\ndate: 2020\n---\nText", "utf-8")
    (papers / "documents.csv").write_text("file,id,title,stance\na.md,A1,listed,hawkish\n", "utf-8")
    row = added(tmp_path, "papers", metadata={"stance": "dovish"})[0]
    assert row["id"] == "A1"
    assert row["listing"] == "documents.csv"
    assert row["metadata"]["title"] == "listed"
    assert row["origins"] == {"title": "documents.csv", "date": "front matter", "stance": "option"}


def test_a_scenario_is_a_listing(tmp_path: Path) -> None:
    """The documents of a scenario are metadata for their files."""
    (tmp_path / "a.txt").write_text("Text", "utf-8")
    (tmp_path / "own.yaml").write_text('foedus: 1\ndocuments:\n  "a": {title: T, date: "2024"}\n', "utf-8")
    row = added(tmp_path, "a.txt", listing=tmp_path / "own.yaml")[0]
    assert row["metadata"]["title"] == "T"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.csv", "file,titel\n", "l.csv:1:1: found the column 'titel'.*did you mean 'title'"),
        ("l.csv", "file,title\na,b,c\n", "l.csv:2:1: found more cells"),
        ("l.csv", "file,title\n../../x,b\n", "expected a name below the listing's folder"),
        ("l.csv", "file,title\n/etc/x,b\n", "expected a name below the listing's folder"),
        ("l.csv", "id,title\na/b,c\n", "found the id 'a/b'"),
        ("l.yaml", "a: {titel: x}\n", "l.yaml:1:1: found 'titel'.*did you mean 'title'"),
        ("l.yaml", "a: x\n", "expected a mapping"),
        ("l.json", json.dumps({"a": {"file": "../x"}}), "below the listing's folder"),
    ],
)
def test_faults_of_a_listing(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A fault of a listing has its place, and the nearest name."""
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match=message):
        read_listing(tmp_path / name)


def test_near_duplicates_are_told(tmp_path: Path) -> None:
    """A copy and a near copy are registered, and told to be such; a text of its own is not."""
    long = WIRE * 3 + "\n\n".join(f"Paragraph {n} on matter {n * n}." for n in range(40))
    for name, text in {"a": long, "b": long, "c": long.replace("Monday", "Friday"), "d": WIRE[::-1]}.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    rows = {row["id"]: row for row in added(tmp_path)}
    assert all(row["state"] == "added" for row in rows.values())
    assert rows["b"]["same_text_as"] == ["a"]
    assert {each["id"] for each in rows["c"]["near_duplicates"]} == {"a", "b"}
    assert all(0.7 <= each["similarity"] < 1 for each in rows["c"]["near_duplicates"])
    assert rows["d"]["near_duplicates"] == []
