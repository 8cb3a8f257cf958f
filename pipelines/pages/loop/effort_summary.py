"""The effort of many objects in a few numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

SAVED_SHARE = 0.30
"""What a mask takes less time if it begins with a model's answer to a box: the claim that the
authors of the idea have published. It is theirs, not measured here."""

_MINUTE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class EffortSummary:
    """What a number of objects has cost. None: nothing tells it."""

    objects: int
    answered: int
    """Those made from an answer; the numbers below are of these."""

    iou: float | None
    edge_to_redraw: float | None
    untouched: float | None
    """Share that was accepted as it was."""

    clicks: float | None
    corners_moved: float | None
    """Mean over the polygons among them."""

    seconds: float | None
    """Median, where the tool tells it."""

    seconds_by_hand: float | None
    """Median of the objects that were drawn without an answer."""

    minutes_saved: float | None
    """By `SAVED_SHARE`: an answered object that took s seconds would have taken
    s / (1 − `SAVED_SHARE`)."""


@dataclass(frozen=True, slots=True)
class SummaryOf:
    """The summary of the objects of one round, or of one customer and week."""

    of: tuple[str, ...]
    summary: EffortSummary


def summarise(effort: pd.DataFrame) -> EffortSummary:
    """The summary of rows of `pipelines.rounds.effort.SCHEMA`."""
    is_answered = effort["is_answered"].astype(bool)
    answered = effort[is_answered]
    by_hand = effort[~is_answered]
    minutes = None
    seconds = answered["seconds"].astype(float)
    if seconds.notna().any():
        minutes = float(seconds.sum()) * SAVED_SHARE / (1 - SAVED_SHARE) / _MINUTE
    return EffortSummary(
        objects=len(effort),
        answered=len(answered),
        iou=_mean(answered["iou"]),
        edge_to_redraw=_mean(answered["edge_to_redraw"]),
        untouched=_mean(answered["is_untouched"]),
        clicks=_mean(answered["clicks"]),
        corners_moved=_mean(answered["corners_moved"]),
        seconds=_median(seconds),
        seconds_by_hand=_median(by_hand["seconds"].astype(float)),
        minutes_saved=minutes,
    )


def summaries(effort: pd.DataFrame, columns: list[str]) -> Iterator[SummaryOf]:
    """A summary for each combination of values of some columns, in their order."""
    for values, rows in effort.groupby(columns):
        yield SummaryOf(tuple(str(value) for value in values), summarise(rows))


def _mean(numbers: "pd.Series[float]") -> float | None:
    known = numbers.dropna().astype(float)
    if known.empty:
        return None
    return float(known.mean())


def _median(numbers: "pd.Series[float]") -> float | None:
    known = numbers.dropna()
    if known.empty:
        return None
    return float(known.median())
