"""What is wrong in a file that reviewers edit: each problem is told with file, line and column."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curate.errors import InputError, nearest
from curate.yaml_files import Located

_MOST_SHOWN = 10  # problems in one message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `at`: the keys and positions that lead to it from the top of the file.
    `message`: what is wrong there.
    """

    at: tuple[Any, ...]
    message: str


Problems = Iterator[Problem]
"""Problems in the order in which they are found."""


def below(step: Any, problems: Iterable[Problem]) -> Problems:
    """The problems of an entry as problems of what holds it, under the key or position `step`."""
    for problem in problems:
        yield Problem((step, *problem.at), problem.message)


def unknown_keys(entry: Mapping[Any, Any], known: list[str]) -> Problems:
    """A problem for each key of an entry that is not known, with the nearest valid key."""
    for key in entry:
        if key in known:
            continue
        hint = nearest(str(key), known)
        if not hint:
            hint = f"; known: {', '.join(known)}"
        yield Problem((key,), f"unknown key {key!r}{hint}")


def refuse(document: Located, problems: Iterable[Problem]) -> None:
    """Raise InputError with the first problems of a file, a line each, if it has any."""
    found = list(problems)
    if not found:
        return

    lines = []
    for problem in found[:_MOST_SHOWN]:
        place = document.where(*problem.at)
        lines.append(f"{place}: {problem.message}")
    more = len(found) - _MOST_SHOWN
    if more > 0:
        lines.append(f"… and {more} more")
    raise InputError("\n".join(lines))
