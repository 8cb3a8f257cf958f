"""Ways to damage a file, whatever is in it: each changes the files of an export."""

import random
import re

from tests.fuzz.choices import Files, all_matches, some_file, some_span, text_files

_HEADER = re.compile(rb"PK\x03\x04|PK\x01\x02|PK\x05\x06|ustar|\xff\xc0|IHDR")
_MARK = re.compile(rb"[\[{,:\"><\n]")


def replace(files: Files, path: str, start: int, end: int, new: bytes) -> None:
    """Put other bytes in place of those of a file from `start` to `end`."""
    data = files[path]
    files[path] = data[:start] + new + data[end:]


def flip(files: Files, rng: random.Random) -> None:
    """Some bytes of a file get other values."""
    path = some_file(files, rng)
    data = bytearray(files[path])
    for _ in range(rng.choice((1, 1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    files[path] = bytes(data)


def flip_header(files: Files, rng: random.Random) -> None:
    """A byte near the mark of a header gets another value."""
    path = some_file(files, rng)
    data = bytearray(files[path])
    starts = [match.start() for match in all_matches(_HEADER, data)]
    if data:
        at = rng.choice(starts or [0]) + rng.randrange(50)
        place = min(at, len(data) - 1)
        data[place] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    files[path] = bytes(data)


def cut(files: Files, rng: random.Random) -> None:
    """A file ends early, or lacks some bytes in the middle."""
    path = some_file(files, rng)
    start, end = some_span(files[path], rng)
    if rng.random() < 0.5:
        end = len(files[path])
    replace(files, path, start, end, b"")


def splice(files: Files, rng: random.Random) -> None:
    """Bytes of one file replace bytes of another, or of the same."""
    path = some_file(files, rng)
    source = files[some_file(files, rng)]
    start, end = some_span(files[path], rng)
    first, last = some_span(source, rng)
    replace(files, path, start, end, source[first:last])


def repeat(files: Files, rng: random.Random) -> None:
    """Some bytes come several times, or a line of a text comes again."""
    path = some_file(files, rng)
    if rng.random() < 0.5:
        lines = files[path].split(b"\n")
        lines.insert(rng.randrange(len(lines)), rng.choice(lines))
        files[path] = b"\n".join(lines)
        return
    start, end = some_span(files[path], rng)
    times = rng.choice((2, 3, 50))
    replace(files, path, start, end, files[path][start:end] * times)


def nest(files: Files, rng: random.Random) -> None:
    """A text gets very many brackets, digits, letters or line ends in one place."""
    path = some_file(files, rng, text_files(files))
    at = rng.choice(all_matches(_MARK, files[path]) or [None])
    text = rng.choice(
        (b"[", b'{"a":', b"]", b"9", b"a", b"\n", b"<a>", b"0 ", b",", b"- ")
    )
    start = 0
    if at is not None:
        start = at.start()
    many = text * rng.choice((100, 2_000, 100_000))
    replace(files, path, start, start, many)
