"""The ledgers as a flow chart: an inline SVG in which the height of each band is a number of annotations.

The stream runs from the exports through the stages to the sides of the split. What a stage drops peels off its lower
edge and falls to one bar for each reason. Bands have titles that hovering shows; a table beside it says the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from pipelines.pages.page import number, words

_WIDTH, _TOP, _TALL = 1240, 58, 210  # px: the chart, its first band, the height of all annotations
_LEFT, _RIGHT, _NODE = (
    246,
    128,
    9,
)  # px: room for the exports' and the sides' names; the width of a stage's bar
_LINE, _FALL = 20, 30  # px from one reason to the next; from the stream to the first
_MOST_REASONS, _MOST_EXPORTS = 8, 12
_LONGEST = 22  # characters of a name


class _Bar(NamedTuple):
    """A named number at one side of the chart."""

    name: str
    number: int


def flow_chart(ledgers: Mapping[str, Mapping[str, Any]], sides: Mapping[str, int]) -> Markup:
    """The chart. `ledgers`: by stage in the order of the flow, as ledger.json has them; `sides`: objects by split."""
    first = next(iter(ledgers.values()))
    scale = _TALL / max(first["in"], 1)
    sources = _most(
        {name: row["in"] for name, row in first["by_export"].items()}, _MOST_EXPORTS, "exports"
    )
    at = _columns(ledgers)
    parts = [*_sources(sources, at[0], scale)]
    lowest = float(_TOP + _TALL)
    for (stage, ledger), x, after in zip(
        ledgers.items(), at, [*at[1:], _WIDTH - _RIGHT], strict=True
    ):
        parts += _stage(stage, ledger, x, after, scale)
        falls, low = _falls(stage, ledger, x, scale)
        parts += falls
        lowest = max(lowest, low)
    parts += _sides(sides, scale)
    lowest = max(lowest, _TOP + sum(_step(bar.number, scale) for bar in sources))
    view = f'viewBox="0 0 {_WIDTH} {lowest + 12:.0f}" width="{_WIDTH}" height="{lowest + 12:.0f}"'
    title = escape(
        f"{number(first['in'])} annotations, from the exports through the stages to the splits"
    )
    return Markup(
        f'<svg class="flow" role="img" aria-label="{title}" {view}>{"".join(parts)}</svg>'
    )  # noqa: S704


def _columns(ledgers: Mapping[str, Mapping[str, Any]]) -> list[float]:
    """Where each stage stands: one that drops needs room for its reasons."""
    room = [
        2.6 if ledger["by_reason"] or ledger["uncounted"] else 1.0 for ledger in ledgers.values()
    ]
    room[-1] += 0.4
    unit = (_WIDTH - _RIGHT - _LEFT) / sum(room)
    return [_LEFT + unit * sum(room[:index]) for index in range(len(room))]


def _most(counts: Mapping[str, int], most: int, what: str) -> list[_Bar]:
    """The largest, and the sum of the others."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    if len(ordered) > most:
        rest = ordered[most - 1 :]
        ordered = [
            *ordered[: most - 1],
            (f"{len(rest)} more {what}", sum(count for _, count in rest)),
        ]
    return [_Bar(name, count) for name, count in ordered]


def _step(count: int, scale: float) -> float:
    return max(count * scale, _LINE - 4) + 4


def _sources(bars: Sequence[_Bar], x: float, scale: float) -> list[str]:
    made: list[str] = []
    y = into = float(_TOP)
    line = 0.0
    for bar in bars:
        tall = bar.number * scale
        title = f"{bar.name}: {number(bar.number)} annotations"
        made.append(_band(_LEFT - 40, y, x, into, tall, "stream", title))
        line = max(line + _LINE - 3, y + tall / 2 + 4)
        made.append(
            _text(_LEFT - 46, line, words(bar.name, _LONGEST), "name end", number(bar.number))
        )
        y, into = y + _step(bar.number, scale), into + tall
    return made


def _stage(
    stage: str, ledger: Mapping[str, Any], x: float, after: float, scale: float
) -> list[str]:
    tall, out = ledger["in"] * scale, ledger["out"] * scale
    title = f"{stage}: {number(ledger['in'])} in, {number(ledger['out'])} out, {number(ledger['dropped'])} dropped"
    return [
        _band(
            x + _NODE,
            _TOP,
            after,
            _TOP,
            out,
            "stream",
            f"{number(ledger['out'])} go on from {stage}",
        ),
        f'<rect class="node" x="{x:.1f}" y="{_TOP}" width="{_NODE}" height="{max(tall, 1):.1f}">'
        f"<title>{escape(title)}</title></rect>",
        _text(x, _TOP - 27, stage, "stage"),
        _text(x, _TOP - 10, number(ledger["in"]), "count"),
    ]


def _falls(
    stage: str, ledger: Mapping[str, Any], x: float, scale: float
) -> tuple[list[str], float]:
    """The bands of what a stage drops, and how far down they reach."""
    made = []
    start = _TOP + ledger["out"] * scale
    y = float(_TOP + _TALL + _FALL)
    line = 0.0
    for bar in _most(ledger["by_reason"], _MOST_REASONS, "reasons"):
        tall = bar.number * scale
        title = f"{stage} drops {number(bar.number)}: {bar.name}"
        made.append(_band(x + _NODE, start, x + _NODE + 52, y, tall, "lost", title))
        made.append(
            f'<rect class="sink" x="{x + _NODE + 52:.1f}" y="{y:.1f}" width="3" height="{max(tall, 2):.1f}"/>'
        )
        line = max(line + _LINE - 3, y + tall / 2 + 4)
        made.append(
            _text(x + _NODE + 61, line, words(bar.name, _LONGEST), "name", number(bar.number))
        )
        start, y = start + tall, y + _step(bar.number, scale)
    if ledger["uncounted"]:
        unknown = f"and {number(ledger['uncounted'])} of unknown count"
        made.append(_text(x + _NODE + 61, max(line + _LINE - 3, y + 8), unknown, "name faint"))
        line += _LINE
    return made, max(y, line)


def _sides(sides: Mapping[str, int], scale: float) -> list[str]:
    made: list[str] = []
    x = _WIDTH - _RIGHT
    y = into = float(_TOP)
    for name, count in sides.items():
        tall = count * scale
        made.append(
            f'<rect class="side {name}" x="{x}" y="{into:.1f}" width="{_NODE}" height="{max(tall, 1):.1f}">'
            f"<title>{escape(f'{name}: {number(count)} objects')}</title></rect>"
        )
        y = max(y, into + tall / 2)
        made.append(_text(x + _NODE + 7, y + 4, name, "name", number(count)))
        into, y = into + tall, y + _LINE
    return made


def _band(x0: float, y0: float, x1: float, y1: float, tall: float, style: str, title: str) -> str:
    """A band from one place to another, at least a hair's breadth."""
    tall, bend = max(tall, 0.8), (x1 - x0) / 2
    path = (
        f"M{x0:.1f} {y0:.1f}C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}v{tall:.1f}"
        f"C{x1 - bend:.1f} {y1 + tall:.1f} {x0 + bend:.1f} {y0 + tall:.1f} {x0:.1f} {y0 + tall:.1f}z"
    )
    return f'<path class="{style}" d="{path}"><title>{escape(title)}</title></path>'


def _text(x: float, y: float, name: str, style: str, count: str = "") -> str:
    shown = f' <tspan class="many">{escape(count)}</tspan>' if count else ""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(name)}{shown}</text>'
