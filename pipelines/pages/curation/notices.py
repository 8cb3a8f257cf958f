"""What stands on top of the curation page: all that may surprise, in the words of someone who has seen the numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.pages.page import number, percent, words

_MUCH = 0.5  # of an export lost: worth a line


def notices(
    ledgers: Mapping[str, Mapping[str, Any]],
    exports: Sequence[Mapping[str, Any]],
    labels: Mapping[str, Any],
    sides: Mapping[str, int],
) -> list[tuple[str, str, str]]:
    """Headline, sentence and the id of the section that tells more, the most urgent first."""
    return [
        *_of_labels(labels),
        *_of_exports(exports),
        *_of_losses(ledgers),
        *_of_sides(sides),
    ]


def _of_labels(labels: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if labels["open"]:
        names = ", ".join(f"“{words(row['label'], 32)}”" for row in labels["waiting"][:4])
        more = f" and {number(labels['open'] - 4)} more" if labels["open"] > 4 else ""
        yield (
            f"{_many(labels['open'], 'label waits', 'labels wait')} for a decision",
            f"{names}{more}: {_many(labels['open_objects'], 'object')} dropped until someone decides.",
            "labels",
        )
    for how, count in labels["doubtful"].items():
        yield (
            f"{_many(count, 'object')} matched by {how} rule",
            "No reviewer has confirmed these labels; the table shows their scores.",
            "labels",
        )
    if labels["stale"]:
        yield (
            "The taxonomy has changed since this build",
            "Labels are shown as they would be decided now; the other numbers are those of the build.",
            "labels",
        )


def _of_exports(exports: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for row in exports:
        name = row["export"].name
        if not row["in"]:
            yield (
                f"{name} is empty",
                "Nothing in it is annotated, or nothing of it could be read.",
                "exports",
            )
        elif not row["out"]:
            yield (
                f"{name} leaves nothing",
                f"All {number(row['in'])} annotations were dropped.",
                "drops",
            )
        elif row["lost"] > _MUCH * row["in"]:
            sentence = f"{number(row['lost'])} of {number(row['in'])} annotations, beside what a decision leaves out."
            yield f"{name} loses {percent(row['lost'] / row['in'])}", sentence, "drops"


def _of_losses(ledgers: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for stage, ledger in ledgers.items():
        if ledger["uncounted"]:
            yield (
                f"{_many(ledger['uncounted'], 'loss', 'losses')} of unknown size in {stage}",
                "A file could not be read, so nobody can say how many annotations it held.",
                "drops",
            )


def _of_sides(sides: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    for side, count in sides.items():
        if not count:
            yield (
                f"No object is in {side}",
                "More groups of images, or other shares in the settings, change that.",
                "splits",
            )


def _many(count: int, one: str, several: str = "") -> str:
    return f"{number(count)} {one if count == 1 else several or one + 's'}"
