"""XML from strangers: encodings, markup that is refused, limits, and memory."""

import tracemalloc
from pathlib import Path

import pytest
from upath import UPath

from curate.exports import xml_documents
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.exports.xml_documents import Element, open_xml
from curate.limits import Limits
from curate.reasons import Reason, Refusal


def exported(folder: Path, raw: bytes) -> Export:
    (folder / "a.xml").write_bytes(raw)
    limits = Limits(json_depth=50)
    return Export("test", list_files(UPath(folder), limits), limits)


def refusal(folder: Path, raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        open_xml(exported(folder, raw), "a.xml")
    assert caught.value.detail.startswith("a.xml: ")
    return caught.value


def test_the_children_of_the_root_come_one_at_a_time(tmp_path: Path) -> None:
    text = '<root x="1"><a> one <b y="2">two</b> and <b/></a>between<c/></root>'
    document = open_xml(exported(tmp_path, text.encode()), "a.xml")
    assert (document.root, document.tags) == ("root", {"a", "c"})
    first, last = document.children()
    assert first == Element(
        "a", {}, [Element("b", {"y": "2"}, [], "two"), Element("b")], "one"
    )
    assert last == Element("c")
    assert (first.text_of("b"), first.text_of("z"), first.child("z")) == (
        "two",
        "",
        None,
    )


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "utf-16"),  # the mark says so, whatever the document states
        ("latin-1", "utf-8-sig"),
        ("windows-1251", "cp1251"),
        ("utf-16", "utf-16"),
    ],
)
def test_text_is_read_as_its_mark_or_the_document_says(
    tmp_path: Path, stated: str, encoding: str
) -> None:
    text = f'<?xml version="1.0" encoding="{stated}"?>\r\n<root><a x="дерево"/></root>'
    document = open_xml(exported(tmp_path, text.encode(encoding)), "a.xml")
    assert [each.attributes for each in document.children()] == [{"x": "дерево"}]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE root [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE root [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE root [<!ENTITY % l9 SYSTEM "http://127.0.0.1:9/x"> %l9;]>',
        '<!DOCTYPE root SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE root>",
    ],
)
def test_markup_that_declares_is_refused(tmp_path: Path, declared: str) -> None:
    raw = f"{declared}<root><a>&l9;</a></root>".encode()
    assert refusal(tmp_path, raw).reason is Reason.REFUSED_MARKUP


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<root>",
        b"<root/><root/>",
        b"<root><a></root></a>",
        b'<root x="1" x="2"/>',
        b"<root>\x01</root>",
        b"<root>&nbsp;</root>",
        b"<root>\xff</root>",
        b'<?xml version="1.0" encoding="no-such"?><root/>',
        b'<?xml version="1.0" encoding="gbk"?><root/>',
        b"<html><p>text<br></html>",
    ],
)
def test_what_is_no_xml_is_malformed(tmp_path: Path, raw: bytes) -> None:
    assert refusal(tmp_path, raw).reason is Reason.MALFORMED_FILE


def test_depth_and_sizes_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_documents, "_LONGEST_TAG", 300_000)
    monkeypatch.setattr(xml_documents, "_LONGEST_TEXT", 1000)
    monkeypatch.setattr(xml_documents, "_MOST_ELEMENTS", 100)
    deep = b"<a>" * 51 + b"</a>" * 51
    endless_attribute = b'<root x="' + b"1" * 600_000 + b'"/>'
    endless_comment = b"<root><!--" + b"-." * 300_000 + b"--></root>"
    endless_text = b"<root>" + b"text " * 300 + b"</root>"
    many = b"<root><a>" + b"<b/>" * 101 + b"</a></root>"
    for raw in (deep, endless_attribute, endless_comment, endless_text, many):
        assert refusal(tmp_path, raw).reason is Reason.OVER_LIMIT

    many_children = b"<root>" + b"<b/>" * 1000 + b"</root>"
    document = open_xml(exported(tmp_path, many_children), "a.xml")
    assert len(list(document.children())) == 1000


def test_a_file_that_is_gone_or_too_large(tmp_path: Path) -> None:
    export = exported(tmp_path, b"<root/>")
    (tmp_path / "a.xml").unlink()
    with pytest.raises(Refusal) as caught:
        open_xml(export, "a.xml")
    assert caught.value.reason is Reason.UNREADABLE_FILE

    (tmp_path / "a.xml").write_bytes(b"<root/>")
    small = Export("test", export.files, Limits(file_bytes=3))
    with pytest.raises(Refusal) as caught:
        open_xml(small, "a.xml")
    assert caught.value.reason is Reason.OVER_LIMIT


def test_memory_holds_one_child_of_the_root(tmp_path: Path) -> None:
    child = b"<a>" + b'<b x="1234567890"/>' * 1000 + b"</a>"
    export = exported(tmp_path, b"<root>" + child * 300 + b"</root>")
    tracemalloc.start()
    count = sum(1 for _ in open_xml(export, "a.xml").children())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300
    assert peak < 5_000_000
