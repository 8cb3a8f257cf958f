"""Files that cannot be read, that are not of their format, or that declare what is refused."""

import json
import os
from pathlib import Path

import pytest

from curate.limits import Limits
from curate.reasons import Reason
from tests.curate.stages.bad_input.case import (
    ALL,
    BadInput,
    another_file,
    coco_document,
    no_change,
)

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_NEST = 300  # deeper than the limit
_MARKUP = (
    ("a billion laughs", f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]>', "&l9;"),
    ("an outside entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/passwd">]>', "&x;"),
    ("a parameter entity", '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://h/"> %x;]>', ""),
    ("an outside definition", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
)
_TAGS = (
    "!!python/object/apply:os.system ['true']",
    "!!python/name:os.system",
    "!!python/object/new:subprocess.Popen [[true]]",
    "!include /etc/passwd",
)


def _unreadable(root: Path) -> None:
    # The kernel lists this file as any other, and cannot read it, not even for root.
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that root cannot read")
    (root / "other.json").symlink_to("/proc/self/mem")


def _in_utf_16(root: Path) -> None:
    document = json.dumps(coco_document(root), ensure_ascii=False)
    (root / "annotations.json").write_bytes(document.encode("utf-16"))


def _with_mark_and_line_ends(root: Path) -> None:
    text = json.dumps(coco_document(root), indent=1).replace("\n", "\r\n")
    (root / "annotations.json").write_bytes(b"\xef\xbb\xbf" + text.encode())


def _with_a_broken_line(root: Path) -> None:
    file = root / "export.ndjson"
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{second[:-9]}\n")


def _in_a_name_that_is_no_utf_8(root: Path) -> None:
    name = os.fsencode(root) + b"/\xff.json"
    Path(os.fsdecode(name)).write_text("{}")


def _with_yaml(text: str) -> BadInput:
    def change(root: Path) -> None:
        (root / "data.yaml").write_text(f"{text}\nnames: [cat, dog, bird]\n")

    # Both objects are of classes that only this file names.
    return BadInput(
        what=f"YAML: {text[:40]}",
        change=change,
        drops={Reason.REFUSED_MARKUP: None, Reason.UNKNOWN_CLASS: 3},
        format="yolo",
        survivors=(),
    )


def _xml(doctype: str, text: str) -> str:
    return f'{doctype}<annotations><image name="bad.png">{text}</image></annotations>'


_ALIASES = "a: &a [1]\nb: [" + "*a, " * 101 + "]"

CASES = [
    BadInput("nothing is wrong", no_change, {}, survivors=ALL),
    BadInput(
        "a file that cannot be read",
        _unreadable,
        {Reason.UNREADABLE_FILE: None},
        survivors=ALL,
        settings={"links": "follow"},
    ),
    *(
        BadInput(
            f"a document that is {what}",
            another_file("annotations_2.json", data),
            {Reason.MALFORMED_FILE: None},
            survivors=ALL,
        )
        for what, data in (
            ("broken", b'{"images": [{"id": 1, "file_na'),
            ("empty", b""),
            ("a picture", b"\x89PNG\r\n\x1a\n"),
            ("in half of UTF-16", b"\xff\xfe\x00"),
            ("of single quotes", b"{'images': []}"),
        )
    ),
    BadInput(
        "a document that is broken",
        another_file("more/annotations.xml", b'<annotations><image id="0" na'),
        {Reason.MALFORMED_FILE: None},
        format="cvat",
        survivors=ALL,
    ),
    BadInput(
        "a broken line in a file of lines",
        _with_a_broken_line,
        {Reason.MALFORMED_FILE: None},
        format="labelbox",
        survivors=("cat",),
    ),
    *(
        BadInput(
            f"a document with {what}",
            another_file("bad.xml", _xml(doctype, text)),
            {Reason.REFUSED_MARKUP: None},
            format="cvat",
            survivors=ALL,
        )
        for what, doctype, text in _MARKUP
    ),
    *(_with_yaml(f"x: {tag}") for tag in _TAGS),
    *(
        BadInput(
            f"a document nested with {start!r}",
            another_file("annotations_2.json", start * count + b"1" + end * count),
            {Reason.OVER_LIMIT: None},
            survivors=ALL,
        )
        for start, end, count in (
            (b"[", b"]", _NEST),
            (b'{"a":', b"}", _NEST),
            (b"[", b"", 500_000),
        )
    ),
    BadInput(
        "elements in elements beyond the limit",
        another_file("bad.xml", "<annotations>" + "<a>" * _NEST),
        {Reason.OVER_LIMIT: None},
        format="cvat",
        survivors=ALL,
    ),
    BadInput(
        "a document of more bytes than the limit",
        another_file("annotations_2.json", b" " * 20_000 + b"{}"),
        {Reason.OVER_LIMIT: None},
        survivors=ALL,
        limits=Limits(file_bytes=19_000),
    ),
    BadInput(
        "aliases beyond the limit",
        another_file("data.yaml", f"{_ALIASES}\nnames: [cat, dog, bird]\n"),
        {Reason.OVER_LIMIT: None, Reason.UNKNOWN_CLASS: 3},
        format="yolo",
        survivors=(),
    ),
    BadInput(
        "a mark and the line ends of Windows",
        _with_mark_and_line_ends,
        {},
        survivors=ALL,
    ),
    BadInput("UTF-16 with its mark", _in_utf_16, {}, survivors=ALL),
    BadInput(
        "a name that is no UTF-8",
        _in_a_name_that_is_no_utf_8,
        {Reason.PATH_ESCAPE: None},
        survivors=ALL,
    ),
    *(
        BadInput(
            f"what the format does not read: {name}",
            another_file(name, data),
            {},
            survivors=ALL,
        )
        for name, data in (
            ("._annotations.json", b"\x00\x05\x16\x07"),
            ("__MACOSX/annotations.json", b"\x00\x05\x16\x07"),
            (".ipynb_checkpoints/annotations-checkpoint.json", b"{"),
            ("package.json", b'{"name": "app", "version": "1.0"}'),
        )
    ),
]
