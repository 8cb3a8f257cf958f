"""What a damage draws: a file, a place in it, and what fits a pattern."""

import random
import re

Files = dict[str, bytes]
"""The files of an export by path."""

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif")
"""Suffixes of picture files."""


def text_files(files: Files) -> list[str]:
    """Paths of all files but the pictures."""
    return [path for path in files if not path.lower().endswith(PICTURES)]


def some_file(files: Files, rng: random.Random, among: list[str] | None = None) -> str:
    """A path; texts and pictures come equally often."""
    if among:
        return rng.choice(among)
    texts = text_files(files)
    if texts and rng.random() < 0.5:
        return rng.choice(texts)
    return rng.choice(list(files))


def some_span(data: bytes, rng: random.Random) -> tuple[int, int]:
    """Where some bytes begin and end; most often they are few."""
    start = rng.randrange(len(data) + 1)
    longest = rng.choice((1, 4, 30, 300, len(data)))
    return start, min(len(data), start + rng.randrange(longest + 1))


def all_matches(
    pattern: re.Pattern[bytes], data: bytes | bytearray
) -> list[re.Match[bytes]]:
    """All places that fit a pattern."""
    return list(pattern.finditer(data))


def replace_one(
    files: Files,
    rng: random.Random,
    pattern: re.Pattern[bytes],
    choices: tuple[bytes, ...],
    suffixes: tuple[str, ...] = (),
) -> None:
    """Another text in the place of one that fits the pattern, in one of the text files."""
    texts = text_files(files)
    if suffixes:
        texts = [path for path in texts if path.endswith(suffixes)]
    if not texts:
        return
    path = rng.choice(texts)
    found = all_matches(pattern, files[path])
    if not found:
        return
    match = rng.choice(found)
    data = files[path]
    files[path] = data[: match.start()] + rng.choice(choices) + data[match.end() :]
