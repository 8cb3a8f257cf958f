"""Tables, values and strangers' words in Markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence

from model.evaluation.intervals import Interval
from model.evaluation.report import Difference
from pipelines.pages.template_filters import fraction, signed_fraction, words

_NAMED = 12  # names in a sentence
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()|~])")  # within a line


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def interval(value: Interval) -> str:
    """A mean with its limits."""
    mean = fraction(value.mean)
    limits = f"{fraction(value.low)} to {fraction(value.high)}"
    return f"{mean} ({limits})"


def signed(value: Difference) -> str:
    """A difference with its limits, each with its sign."""
    mean = signed_fraction(value.mean)
    limits = f"{signed_fraction(value.low)} to {signed_fraction(value.high)}"
    return f"{mean} ({limits})"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    text = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        text += f" and {len(names) - _NAMED} more"
    return text


def plain(text: str) -> str:
    """Strangers' words as words: no Markdown, no HTML, to stand within a line."""
    escaped = _SPECIAL.sub(r"\\\1", words(text))
    return escaped.replace("&", "&amp;")
