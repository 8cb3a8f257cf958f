"""The effort from round to round as small inline SVGs, one for each number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.pages.loop.effort_summary import EffortSummary, SummaryOf
from pipelines.pages.page import render
from pipelines.pages.template_filters import percent

WIDTH = 300
HEIGHT = 150
_LEFT = 40
_RIGHT = WIDTH - 14
_TOP = 14
_BOTTOM = HEIGHT - 24


@dataclass(frozen=True, slots=True)
class Dot:
    """A round's value."""

    x: float
    y: float
    round: str
    value: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The values of one number, round by round, on a scale from 0 to 100%."""

    title: str
    note: str
    dots: list[Dot]

    @property
    def path(self) -> str:
        """The line through the dots, as an SVG path."""
        return "M" + "L".join(f"{dot.x:.1f} {dot.y:.1f}" for dot in self.dots)


_NUMBERS: tuple[tuple[str, str, Callable[[EffortSummary], float | None]], ...] = (
    ("Edge to redraw", "less is better", lambda each: each.edge_to_redraw),
    ("Accepted untouched", "more is better", lambda each: each.untouched),
    ("IoU of answer and final mask", "more is better", lambda each: each.iou),
)
"""What is drawn: title, what is good, and the number."""


def effort_chart(rounds: Sequence[SummaryOf]) -> Markup | None:
    """The chart of rounds in their order; None if none has an answered object."""
    answered = [each for each in rounds if each.summary.answered]
    if not answered:
        return None
    panels = []
    for title, note, number in _NUMBERS:
        dots = []
        for place, each in enumerate(answered):
            value = number(each.summary) or 0.0
            dot = Dot(
                x=_x(place, len(answered)),
                y=_BOTTOM - value * (_BOTTOM - _TOP),
                round=each.of[0],
                value=percent(value),
            )
            dots.append(dot)
        panels.append(Panel(title, note, dots))
    values = {
        "panels": panels,
        "width": WIDTH,
        "height": HEIGHT,
        "left": _LEFT,
        "right": _RIGHT,
        "top": _TOP,
        "bottom": _BOTTOM,
    }
    return render("loop/effort_chart.svg", values)


def _x(place: int, places: int) -> float:
    if places == 1:
        return (_LEFT + _RIGHT) / 2
    inside = _RIGHT - _LEFT - 24
    return _LEFT + 12 + inside * place / (places - 1)
