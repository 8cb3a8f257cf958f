"""The charts of the evaluation page, as inline SVG: means with intervals by stratum, IoU's distribution, curves.

Methods differ in colour and in shape. Marks have titles that hovering shows; tables beside the charts say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from pipelines.pages.page import number, words

_WIDTH, _NAME, _COUNT, _GAP, _ROW, _TOP = 1100, 176, 70, 56, 31, 34  # px
_PLOT = (540, 230)  # px of a curve or histogram
_EDGE = 40  # px left for its axes
_MARKS = {  # within ±5 px
    "model": '<circle r="5.5"/>',
    "untuned": '<path d="M0-5.2 5.2 0 0 5.2-5.2 0z"/>',
    "prior": '<path d="M0-5 4.8 3.6H-4.8z"/>',
    "grabcut": '<rect x="-4" y="-4" width="8" height="8"/>',
    "ellipse": '<ellipse rx="5.4" ry="3.2"/>',
    "rectangle": '<path d="M-4-4 4 4M-4 4 4-4" class="open"/>',
    "baseline": '<path d="M0-5V5M-5 0H5" class="open"/>',
}


class Row(NamedTuple):
    """A stratum's value: how many objects and images, and by method its metrics as the report has them."""

    value: str
    objects: int
    images: int
    metrics: Mapping[str, Mapping[str, Mapping[str, float]]]


def key(method: str) -> Markup:
    """A method's mark, to stand in a line of text."""
    svg = '<svg class="mark" viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true"><g class="m-{}">{}</g></svg>'
    return Markup(svg).format(method, Markup(_MARKS[method]))  # noqa: S704  our own marks


def dots(rows: Sequence[Row], methods: Mapping[str, str], metrics: Mapping[str, str]) -> Markup:
    """For each metric a panel with a line for each row, and on it each method's mean and interval.

    `methods` and `metrics`: names by key.
    """
    panel = (_WIDTH - _NAME - _COUNT - _GAP * len(metrics)) / len(metrics)
    tall = _TOP + _ROW * len(rows) + 8
    parts = [_text(_WIDTH, 18, "objects", "end axis")]
    for index, row in enumerate(rows):
        y = _TOP + _ROW * (index + 0.5)
        parts.append(
            f'<line class="rule" x1="0" x2="{_WIDTH}" y1="{y + _ROW / 2}" y2="{y + _ROW / 2}"/>'
        )
        parts.append(_text(_NAME - 12, y + 4, words(row.value, 24), "end"))
        parts.append(_text(_WIDTH, y + 4, number(row.objects), "end soft"))
    for index, (metric, name) in enumerate(metrics.items()):
        parts += _panel(rows, methods, metric, name, _NAME + index * (panel + _GAP), panel)
    title = f"Means with 95% intervals: {', '.join(metrics.values())}"
    return _svg("dots", _WIDTH, tall, title, parts)


def _panel(
    rows: Sequence[Row],
    methods: Mapping[str, str],
    metric: str,
    name: str,
    left: float,
    wide: float,
) -> Iterable[str]:
    lows = [each[metric]["low"] for row in rows for each in row.metrics.values()]
    low = min(0.9, float(np.floor(min(lows) * 10)) / 10)

    def at(value: float) -> float:
        return left + (value - low) / (1 - low) * wide

    bottom = _TOP + _ROW * len(rows)
    yield _text(left, 12, name, "head")
    step = 0.1 if low >= 0.4 else 0.2
    for tick in np.arange(1.0, low - 1e-9, -step).tolist():
        yield f'<line class="tick" x1="{at(tick):.1f}" x2="{at(tick):.1f}" y1="{_TOP}" y2="{bottom}"/>'
        yield _text(at(tick), _TOP - 5, f"{tick:.1f}", "mid axis")
    for index, row in enumerate(rows):
        for method in reversed(
            [method for method in methods if method in row.metrics]
        ):  # the model on top
            each = row.metrics[method][metric]
            y = _TOP + _ROW * (index + 0.5) + (0 if method == "model" else 5)
            title = f"{methods[method]}, {words(row.value)}: {each['mean']:.3f} ({each['low']:.3f} to {each['high']:.3f})"
            yield (
                f'<g class="m-{method}"><title>{escape(title)}</title>'
                f'<line class="range" x1="{at(each["low"]):.1f}" x2="{at(each["high"]):.1f}" y1="{y}" y2="{y}"/>'
                f'<g transform="translate({at(each["mean"]):.1f} {y}) scale(1.2)">{_MARKS[method]}</g></g>'
            )


def histogram(iou: Mapping[str, NDArray[np.float64]], methods: Mapping[str, str]) -> Markup:
    """How IoU is spread: the first method as bars, the others as lines, in 20 bins."""
    counts = {
        method: np.histogram(values, 20, (0, 1))[0] / len(values) for method, values in iou.items()
    }
    top = max(float(each.max()) for each in counts.values())
    wide, tall = _PLOT
    unit, high = (wide - _EDGE - 10) / 20, tall - 44
    parts = list(_axis([0, 0.2, 0.4, 0.6, 0.8, 1.0], "IoU"))
    parts.append(_text(0, 12, f"share of objects, up to {top:.0%}", "axis"))
    for index, (method, shares) in enumerate(counts.items()):
        tops = [20 + high * (1 - share / top) for share in shares]
        if index == 0:
            for place, (share, y) in enumerate(zip(shares, tops, strict=True)):
                title = f"{methods[method]}: {share:.1%} of objects from {place / 20:.2f} to {(place + 1) / 20:.2f}"
                parts.append(
                    f'<rect class="bin" x="{_EDGE + place * unit + 1:.1f}" y="{y:.1f}" width="{unit - 2:.1f}" '
                    f'height="{20 + high - y:.1f}"><title>{escape(title)}</title></rect>'
                )
        else:
            path = "".join(
                f"L{_EDGE + place * unit:.1f} {y:.1f}h{unit:.1f}" for place, y in enumerate(tops)
            )
            parts.append(
                f'<path class="step m-{method}" d="M{path[1:]}"><title>{escape(methods[method])}</title></path>'
            )
    return _svg("plot", wide, tall, "Distribution of IoU over the test objects", parts)


def loss_curve(losses: Sequence[float]) -> Markup:
    """The loss of each step, and its running mean."""
    values = np.array(losses, np.float64)
    reach = max(1, len(values) // 50)
    smooth = np.convolve(values, np.ones(reach) / reach, mode="valid")
    top = float(np.percentile(values, 99)) * 1.1 or 1.0
    lines = [("raw", 1, values), ("smooth", reach, smooth)]
    parts = list(_axis(_ticks(len(values)), "step"))
    parts.append(_text(0, 12, f"loss, from 0 to {top:.2f}; at last {smooth[-1]:.3f}", "axis"))
    for style, first, line in lines:
        kept = np.unique(np.linspace(0, len(line) - 1, 600).astype(int))
        parts.append(
            _curve(
                style,
                [((first + place) / len(values), line[place] / top) for place in kept.tolist()],
            )
        )
    return _svg("plot", *_PLOT, "Loss over the steps of training", parts)


def validation_curve(validations: Sequence[tuple[int, Mapping[str, float]]]) -> Markup:
    """IoU on the validation split: thin for each domain, thick for the mean over domains."""
    steps = validations[-1][0]
    parts = list(_axis(_ticks(steps), "step"))
    parts.append(_text(0, 12, "validation IoU, from 0 to 1", "axis"))
    for domain in sorted({name for _, found in validations for name in found}):
        places = [(step / steps, found[domain]) for step, found in validations if domain in found]
        parts.append(_curve("raw", places, domain))
    means = [
        (step / steps, float(np.mean(list(found.values())))) for step, found in validations if found
    ]
    parts.append(_curve("smooth", means, "mean over domains"))
    return _svg("plot", *_PLOT, "Validation IoU over the steps of training", parts)


def _curve(style: str, line: Iterable[tuple[float, float]], title: str = "") -> str:
    """A line through places given as shares of the plot's width and height."""
    wide, tall = _PLOT
    places = [
        f"{_EDGE + across * (wide - _EDGE - 10):.1f} {20 + (tall - 44) * (1 - min(1.0, up)):.1f}"
        for across, up in line
    ]
    shown = f"<title>{escape(words(title))}</title>" if title else ""
    x, y = places[-1].split()
    return f'<path class="{style}" d="M{"L".join(places)}">{shown}</path><circle class="{style}" cx="{x}" cy="{y}" r="2"/>'


def _axis(ticks: Sequence[float], name: str) -> Iterable[str]:
    wide, tall = _PLOT
    bottom, most = tall - 24, ticks[-1] or 1
    yield f'<line class="tick" x1="{_EDGE}" x2="{wide - 10}" y1="{bottom}" y2="{bottom}"/>'
    for tick in ticks:
        x = _EDGE + tick / most * (wide - _EDGE - 10)
        yield f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{bottom}"/>'
        yield _text(x, bottom + 15, f"{tick:g}" if most <= 1 else number(tick), "mid axis")
    yield _text(0, bottom + 15, name, "axis")


def _ticks(most: int) -> list[float]:
    step = max(1, 10 ** (len(str(most)) - 1) // 2)
    while most / step > 5:
        step *= 2
    ticks = [*range(0, most, step), most]
    return [
        tick for tick, after in pairwise([*ticks, None]) if after is None or after - tick > step / 2
    ]


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(style: str, wide: float, tall: float, title: str, parts: Iterable[str]) -> Markup:
    return Markup(  # noqa: S704  strangers' text is escaped where it enters
        f'<svg class="{style}" role="img" aria-label="{escape(title)}" viewBox="0 0 {wide:g} {tall:g}" '
        f'width="{wide:g}" height="{tall:g}">{"".join(parts)}</svg>'
    )
