"""Ways to damage an export: each changes its files, and draws what it needs from a generator."""

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.curate.formats.odd_values import disturbed
from tests.fuzz import picture_damage

Files = dict[str, bytes]
"""The files of an export by path."""

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_QUOTED = re.compile(rb'"[^"\n]{0,200}"')
_ATTRIBUTE = re.compile(rb'(?<==)"[^"<>]*"')
_MARK = re.compile(rb"[\[{,:\"><\n]")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif")
_JSON = (".json", ".ndjson", ".jsonl", ".manifest")
_MARKS = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"ustar", b"\xff\xc0", b"IHDR")

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


def flip(files: Files, rng: random.Random) -> None:
    """Some bytes of a file get other values."""
    path = _some_file(files, rng)
    data = bytearray(files[path])
    for _ in range(rng.choice((1, 1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    files[path] = bytes(data)


def flip_header(files: Files, rng: random.Random) -> None:
    """A byte near the mark of a header gets another value."""
    path = _some_file(files, rng)
    data = bytearray(files[path])
    starts = [match.start() for mark in _MARKS for match in _all(mark, data)]
    if data:
        at = rng.choice(starts or [0]) + rng.randrange(50)
        data[min(at, len(data) - 1)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    files[path] = bytes(data)


def cut(files: Files, rng: random.Random) -> None:
    """A file ends early, or lacks some bytes in the middle."""
    path = _some_file(files, rng)
    start, end = _some_span(files[path], rng)
    if rng.random() < 0.5:
        end = len(files[path])
    files[path] = files[path][:start] + files[path][end:]


def splice(files: Files, rng: random.Random) -> None:
    """Bytes of one file replace bytes of another, or of the same."""
    path = _some_file(files, rng)
    source = files[_some_file(files, rng)]
    start, end = _some_span(files[path], rng)
    first, last = _some_span(source, rng)
    files[path] = files[path][:start] + source[first:last] + files[path][end:]


def repeat(files: Files, rng: random.Random) -> None:
    """Some bytes come several times, or a line of a text comes again."""
    path = _some_file(files, rng)
    if rng.random() < 0.5:
        lines = files[path].split(b"\n")
        lines.insert(rng.randrange(len(lines)), rng.choice(lines))
        files[path] = b"\n".join(lines)
        return
    start, end = _some_span(files[path], rng)
    times = rng.choice((2, 3, 50))
    files[path] = (
        files[path][:start] + files[path][start:end] * times + files[path][end:]
    )


def change_number(files: Files, rng: random.Random) -> None:
    """A number of a text becomes an extreme one, or no number."""
    _replace_one(files, rng, _NUMBER, _EXTREMES)


def change_attribute(files: Files, rng: random.Random) -> None:
    """An attribute of an XML document gets an odd value."""
    texts = tuple(b'"' + text + b'"' for text in _ODD_TEXTS)
    _replace_one(files, rng, _ATTRIBUTE, texts, (".xml",))


def change_text(files: Files, rng: random.Random) -> None:
    """A quoted text becomes an odd one, or another one of the same file."""
    path = _some_file(files, rng, _texts(files))
    others = tuple(match.group() for match in _all(_QUOTED, files[path][:50_000]))
    texts = tuple(b'"' + text + b'"' for text in _ODD_TEXTS)
    _replace_one(files, rng, _QUOTED, others + texts, (path,))


def change_json(files: Files, rng: random.Random) -> None:
    """A value of a JSON document, or of one of its lines, becomes one of another type."""
    documents = [path for path in files if path.endswith(_JSON)]
    path = _some_file(files, rng, documents)
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
    path = _some_file(files, rng, documents)
    other = _some_file(files, rng, documents)
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


def nest(files: Files, rng: random.Random) -> None:
    """A text gets very many brackets, digits, letters or line ends in one place."""
    path = _some_file(files, rng, _texts(files))
    at = rng.choice(_all(_MARK, files[path]) or [None])
    text = rng.choice(
        (b"[", b'{"a":', b"]", b"9", b"a", b"\n", b"<a>", b"0 ", b",", b"- ")
    )
    start = 0
    if at is not None:
        start = at.start()
    many = text * rng.choice((100, 2_000, 100_000))
    files[path] = files[path][:start] + many + files[path][start:]


def change_encoding(files: Files, rng: random.Random) -> None:
    """A text is written in another encoding, with or without its mark."""
    path = _some_file(files, rng, _texts(files))
    text = files[path].decode("utf-8", "replace")
    encoding = rng.choice(
        ("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp037")
    )
    if rng.random() < 0.3:
        text = text.replace("\n", rng.choice(("\r\n", "\r", "\u2028", "\0\n")))
    files[path] = text.encode(encoding, "replace")


def change_files(files: Files, rng: random.Random) -> None:
    """A file is lost, empty, a copy of another one, or has another name."""
    path = _some_file(files, rng)
    other = _some_file(files, rng)
    how = rng.randrange(7)
    if how == 0:
        del files[path]
    elif how == 1:
        files[path] = b""
    elif how == 2:
        files[path] = files[other]
    elif how == 3:
        files[f"copy/{path}"] = files[path]
    elif how == 4:
        files[path], files[other] = files[other], files[path]
    elif how == 5:
        files[f"{path}/{path.rpartition('/')[2]}"] = files.pop(path)
    else:
        name = rng.choice(("new.json", "a b.png", "x.txt", "ÄÖ.jpg", "n.xml", "m.csv"))
        files[name] = files.pop(path)


def change_picture(files: Files, rng: random.Random) -> None:
    """A picture or mask file is damaged as only a picture can be."""
    pictures = [path for path in files if path.lower().endswith(_PICTURES)]
    path = _some_file(files, rng, pictures)
    how = rng.choice(picture_damage.WAYS)
    files[path] = how(files[path], rng)


DAMAGES: dict[str, Callable[[Files, random.Random], None]] = {
    "flip": flip,
    "header": flip_header,
    "cut": cut,
    "splice": splice,
    "repeat": repeat,
    "number": change_number,
    "attribute": change_attribute,
    "text": change_text,
    "json": change_json,
    "move": move_json,
    "nest": nest,
    "encoding": change_encoding,
    "files": change_files,
    "picture": change_picture,
}
"""All ways, by the name that stands in a case."""

WEIGHTS = {"number": 6, "text": 4, "json": 6, "move": 4, "picture": 5}
"""How often a way is chosen, if not once: the document can be read after these."""


def changed_settings(settings: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """An export's settings, with what any export may say besides."""
    more: dict[str, Any] = {
        "objects": rng.choice(("auto", "instances", "components")),
        "frame": rng.choice(("auto", "displayed", "stored")),
        "scene": rng.choice(("auto", "full", "partial")),
    }
    return more | settings


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


def _texts(files: Files) -> list[str]:
    return [path for path in files if not path.lower().endswith(_PICTURES)]


def _some_file(files: Files, rng: random.Random, among: list[str] | None = None) -> str:
    """A path; texts and pictures come equally often."""
    if among:
        return rng.choice(among)
    texts = _texts(files)
    if texts and rng.random() < 0.5:
        return rng.choice(texts)
    return rng.choice(list(files))


def _some_span(data: bytes, rng: random.Random) -> tuple[int, int]:
    """Where some bytes begin and end; most often they are few."""
    start = rng.randrange(len(data) + 1)
    longest = rng.choice((1, 4, 30, 300, len(data)))
    return start, min(len(data), start + rng.randrange(longest + 1))


def _all(pattern: Any, data: bytes | bytearray) -> list[re.Match[bytes]]:
    if isinstance(pattern, bytes):
        pattern = re.compile(re.escape(pattern))
    return list(pattern.finditer(data))


def _replace_one(
    files: Files,
    rng: random.Random,
    pattern: re.Pattern[bytes],
    choices: tuple[bytes, ...],
    suffixes: tuple[str, ...] = (),
) -> None:
    """Another text in the place of one that fits the pattern, in one of the text files."""
    texts = _texts(files)
    if suffixes:
        texts = [path for path in texts if path.endswith(suffixes)]
    if not texts:
        return
    path = rng.choice(texts)
    found = _all(pattern, files[path])
    if not found:
        return
    match = rng.choice(found)
    data = files[path]
    files[path] = data[: match.start()] + rng.choice(choices) + data[match.end() :]
