"""The ledgers as a flow chart: an inline SVG whose bands are numbers of annotations.

The stream runs from the exports through the stages to the splits. What a stage drops
leaves the stream at its lower edge and falls to one bar for each reason. Hovering shows
titles; a table beside the chart says the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from curate.ledger import LedgerReport
from pipelines.pages.page import render
from pipelines.pages.template_filters import counted, number, words

# Lengths are px of the chart's own frame; a page scales it to its width.
_WIDTH = 1240
_TOP = 58  # of the stream; the stages' names are above it
_FULL_HEIGHT = 210  # of the stream where it holds all annotations
_LEFT = 246  # room for the exports' names
_RIGHT = 128  # room for the splits' names
_SOURCE_LENGTH = 40  # of an export's band
_BAR = 9  # width of a stage's or split's bar
_FALL = 30  # from the stream's lowest edge to the first reason
_FALL_LENGTH = 52  # of the band of a reason
_REASON_BAR = 3  # width
_LINE = 20  # from one name to the next
_CLOSE_LINE = 17  # the least that two names need
_GAP = 4  # between two bands on one side
_THINNEST = 0.8  # a band of few annotations is drawn no thinner
_BOTTOM = 12

_MOST_REASONS = 8
_MOST_EXPORTS = 12
_LONGEST = 22  # characters of a name

_PLAIN_ROOM = 1.0  # share of the width that a stage gets
_DROPS_ROOM = 2.6  # and one that drops something: its reasons need room
_LAST_ROOM = 0.4  # more for the last stage


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the stream, from (x0, y0) to (x1, y1): its upper corners."""

    style: str
    x0: float
    y0: float
    x1: float
    y1: float
    height: float
    title: str

    @property
    def path(self) -> str:
        """Its outline, as an SVG path."""
        height = max(self.height, _THINNEST)
        left = f"{self.x0:.1f}"
        middle = f"{(self.x0 + self.x1) / 2:.1f}"
        right = f"{self.x1:.1f}"
        left_top = f"{self.y0:.1f}"
        right_top = f"{self.y1:.1f}"
        left_bottom = f"{self.y0 + height:.1f}"
        right_bottom = f"{self.y1 + height:.1f}"

        # Along the upper edge, down, and back along the lower one.
        there = f"C{middle} {left_top} {middle} {right_top} {right} {right_top}"
        back = f"C{middle} {right_bottom} {middle} {left_bottom} {left} {left_bottom}"
        return f"M{left} {left_top}{there}v{height:.1f}{back}z"


@dataclass(frozen=True, slots=True)
class Bar:
    """An upright bar: a stage, a reason or a split."""

    style: str
    x: float
    y: float
    width: float
    height: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A name, and the number after it; (x, y) is where its base line begins."""

    style: str
    x: float
    y: float
    name: str
    count: str = ""


@dataclass(slots=True)
class FlowChart:
    """What is painted, and how far down it reaches."""

    title: str
    scale: float
    """px for each annotation."""

    bands: list[Band] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    lowest: float = _TOP + _FULL_HEIGHT

    @property
    def width(self) -> int:
        """px."""
        return _WIDTH

    @property
    def height(self) -> int:
        """px."""
        return round(self.lowest + _BOTTOM)


def paint_flow_chart(
    ledgers: Mapping[str, LedgerReport], splits: Mapping[str, int]
) -> Markup:
    """The chart as SVG.

    `ledgers`: by stage, in the order of the flow. `splits`: objects in each split.
    """
    first = next(iter(ledgers.values()))
    chart = FlowChart(
        title=f"{number(first.came_in)} annotations, "
        "from the exports through the stages to the splits",
        scale=_FULL_HEIGHT / max(first.came_in, 1),
    )
    places = _place_stages(ledgers)
    ends = [*places[1:], _WIDTH - _RIGHT]

    _add_exports(chart, first, places[0])
    for (stage, ledger), x, end in zip(ledgers.items(), places, ends, strict=True):
        _add_stage(chart, stage, ledger, x, end)
        _add_drops(chart, stage, ledger, x + _BAR)
    _add_splits(chart, splits)
    return render("curation/flow_chart.svg", {"chart": chart})


def _place_stages(ledgers: Mapping[str, LedgerReport]) -> list[float]:
    """x of each stage's bar, px."""
    rooms = []
    for ledger in ledgers.values():
        if ledger.by_reason:
            rooms.append(_DROPS_ROOM)
        else:
            rooms.append(_PLAIN_ROOM)
    rooms[-1] += _LAST_ROOM

    unit = (_WIDTH - _RIGHT - _LEFT) / sum(rooms)
    return [_LEFT + unit * sum(rooms[:index]) for index in range(len(rooms))]


def _add_exports(chart: FlowChart, ledger: LedgerReport, end: float) -> None:
    """What the exports bring: the names and bands on the left of the first stage."""
    counts = {export: row.came_in for export, row in ledger.by_export.items()}
    x = end - _SOURCE_LENGTH
    y = float(_TOP)
    end_y = float(_TOP)
    line = 0.0
    for export, count in _largest(counts, _MOST_EXPORTS, "more exports").items():
        height = count * chart.scale
        title = f"{export}: {counted(count, 'annotation')}"
        chart.bands.append(Band("stream", x, y, end, end_y, height, title))
        line = max(line + _CLOSE_LINE, y + height / 2 + 4)
        name = words(export, _LONGEST)
        chart.texts.append(Text("name end", x - 6, line, name, number(count)))
        y += _height_of_line(height)
        end_y += height
    chart.lowest = max(chart.lowest, y, line)


def _add_stage(
    chart: FlowChart, stage: str, ledger: LedgerReport, x: float, end: float
) -> None:
    """A stage's bar and names, and the stream from it to the next stage at `end`."""
    came_in = number(ledger.came_in)
    out = number(ledger.out)
    dropped = number(ledger.dropped)
    chart.bands.append(
        Band(
            style="stream",
            x0=x + _BAR,
            y0=_TOP,
            x1=end,
            y1=_TOP,
            height=ledger.out * chart.scale,
            title=f"{out} go on from {stage}",
        )
    )
    chart.bars.append(
        Bar(
            style="node",
            x=x,
            y=_TOP,
            width=_BAR,
            height=max(1, ledger.came_in * chart.scale),
            title=f"{stage}: {came_in} in, {out} out, {dropped} dropped",
        )
    )
    chart.texts.append(Text("stage", x, _TOP - 27, stage))
    chart.texts.append(Text("count", x, _TOP - 10, came_in))


def _add_drops(chart: FlowChart, stage: str, ledger: LedgerReport, x: float) -> None:
    """Add the bands that a stage drops, one for each reason, from its edge at `x`."""
    end = x + _FALL_LENGTH
    y = _TOP + ledger.out * chart.scale
    end_y = float(_TOP + _FULL_HEIGHT + _FALL)
    line = 0.0
    for reason, count in _largest(
        ledger.by_reason, _MOST_REASONS, "more reasons"
    ).items():
        height = count * chart.scale
        title = f"{stage} drops {number(count)}: {reason}"
        chart.bands.append(Band("lost", x, y, end, end_y, height, title))
        chart.bars.append(Bar("sink", end, end_y, _REASON_BAR, max(2, height)))
        line = max(line + _CLOSE_LINE, end_y + height / 2 + 4)
        name = words(reason, _LONGEST)
        chart.texts.append(Text("name", end + 9, line, name, number(count)))
        y += height
        end_y += _height_of_line(height)

    if ledger.uncounted:
        line = max(line + _CLOSE_LINE, end_y + 8)
        unknown = f"and {number(ledger.uncounted)} of unknown count"
        chart.texts.append(Text("name faint", end + 9, line, unknown))
    if ledger.by_reason:
        chart.lowest = max(chart.lowest, end_y, line)


def _add_splits(chart: FlowChart, splits: Mapping[str, int]) -> None:
    """The bars and names of the splits, at the right end of the stream."""
    x = _WIDTH - _RIGHT
    y = float(_TOP)
    line = float(_TOP)
    for split, count in splits.items():
        height = count * chart.scale
        title = f"{split}: {counted(count, 'object')}"
        chart.bars.append(Bar(f"split {split}", x, y, _BAR, max(1, height), title))
        line = max(line, y + height / 2)
        chart.texts.append(Text("name", x + _BAR + 7, line + 4, split, number(count)))
        y += height
        line += _LINE


def _largest(counts: Mapping[str, int], most: int, others: str) -> dict[str, int]:
    """The largest counts, the largest first, and the sum of all others as the last."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if len(ordered) <= most:
        return dict(ordered)
    shown = ordered[: most - 1]
    rest = ordered[most - 1 :]
    largest = dict(shown)
    largest[f"{len(rest)} {others}"] = sum(count for _, count in rest)
    return largest


def _height_of_line(height: float) -> float:
    """Room for a band of this height and its name."""
    return max(height, _LINE - _GAP) + _GAP
