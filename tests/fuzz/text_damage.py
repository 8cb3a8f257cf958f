"""Ways to damage a text of which most can still be read: each changes the files of an export."""

import copy
import json
import random
import re
from typing import Any

from tests.curate.formats.odd_values import disturbed
from tests.fuzz.choices import (
    Files,
    all_matches,
    replace_one,
    some_file,
    text_files,
)

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_QUOTED = re.compile(rb'"[^"\n]{0,200}"')
_ATTRIBUTE = re.compile(rb'(?<==)"[^"<>]*"')
_JSON = (".json", ".ndjson", ".jsonl", ".manifest")
_EXTREMES = (
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"-1",
    b"0",
    b"0.5",
    b"1e-320",
    b"2147483648",
    b"9223372036854775808",
    b"1e18",
    b"null",
    b'"x"',
    b"",
    b"1,2",
    b"9" * 400,
)
_ODD_TEXTS = (
    b"",
    b"-1",
    b"nan",
    b"inf",
    b"1e400",
    b"9" * 400,
    b"1,2;3",
    b"0, 600",
    b"..",
    b"../../up.png",
    b"/etc/passwd",
    b"C:\\a\\good.png",
    b"http://host/good.png",
    b"\\ud800",
    b"&amp;",
    b"%00",
    b"\xff\xfe",
    b"a" * 3000,
)


def change_number(files: Files, rng: random.Random) -> None:
    """A number of a text becomes an extreme one, or no number."""
    replace_one(files, rng, _NUMBER, _EXTREMES)


def change_attribute(files: Files, rng: random.Random) -> None:
    """An attribute of an XML document gets an odd value."""
    texts = tuple(b'"' + text + b'"' for text in _ODD_TEXTS)
    replace_one(files, rng, _ATTRIBUTE, texts, (".xml",))


def change_text(files: Files, rng: random.Random) -> None:
    """A quoted text becomes an odd one, or another one of the same file."""
    path = some_file(files, rng, text_files(files))
    others = tuple(
        match.group() for match in all_matches(_QUOTED, files[path][:50_000])
    )
    texts = tuple(b'"' + text + b'"' for text in _ODD_TEXTS)
    replace_one(files, rng, _QUOTED, others + texts, (path,))


def change_json(files: Files, rng: random.Random) -> None:
    """A value of a JSON document, or of one of its lines, becomes one of another type."""
    documents = [path for path in files if path.endswith(_JSON)]
    path = some_file(files, rng, documents)
    lines = files[path].split(b"\n")
    number = 0
    if path.endswith(".json"):
        lines = [files[path]]
    else:
        number = rng.randrange(len(lines))
    try:
        document = json.loads(lines[number])
    except (ValueError, RecursionError):
        return
    for _ in range(rng.choice((1, 1, 2, 5))):
        document = disturbed(document, rng)
    lines[number] = json.dumps(document).encode()
    files[path] = b"\n".join(lines)


def move_json(files: Files, rng: random.Random) -> None:
    """A value of a JSON document gets to another place in it, or in another document."""
    documents = [path for path in files if path.endswith(".json")]
    path = some_file(files, rng, documents)
    other = some_file(files, rng, documents)
    try:
        document = json.loads(files[path])
        source = json.loads(files[other])
    except (ValueError, RecursionError):
        return
    place = _somewhere(document, rng)
    value = _somewhere(source, rng)
    if place is None or value is None:
        return
    place[0][place[1]] = copy.deepcopy(value[0][value[1]])
    files[path] = json.dumps(document).encode()


def change_encoding(files: Files, rng: random.Random) -> None:
    """A text is written in another encoding, with or without its mark."""
    path = some_file(files, rng, text_files(files))
    text = files[path].decode("utf-8", "replace")
    encoding = rng.choice(
        ("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp037")
    )
    if rng.random() < 0.3:
        text = text.replace("\n", rng.choice(("\r\n", "\r", "\u2028", "\0\n")))
    files[path] = text.encode(encoding, "replace")


def _somewhere(document: Any, rng: random.Random) -> tuple[Any, Any] | None:
    """A list or dict of the document with a key of it; None if the document has none."""
    found = None
    while isinstance(document, dict | list) and document:
        key = rng.randrange(len(document))
        if isinstance(document, dict):
            key = list(document)[key]
        found = document, key
        if rng.random() < 0.15:
            break
        document = document[key]
    return found
