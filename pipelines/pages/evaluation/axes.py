"""What to write along the axes of plots, so that it reads in round numbers."""

import math

from pipelines.pages.template_filters import number

Ticks = list[tuple[float, str]]
"""Share of an axis' length, and what to write there."""

SHARES: Ticks = [
    (0, "0"),
    (0.2, "0.2"),
    (0.4, "0.4"),
    (0.6, "0.6"),
    (0.8, "0.8"),
    (1, "1"),
]
"""Of an axis from 0 to 1."""

_ROUND = (1, 2, 5, 10)  # numbers whose multiples read easily

_MOST_STEPS = 5  # of levels
_MOST_TICKS = 5  # of an axis of steps


def round_levels(most: float) -> tuple[float, Ticks]:
    """Where an axis from 0 ends, at `most` or soon after it, and round levels along it.

    >>> round_levels(1.7)
    (2.0, [(0.0, '0'), (0.25, '0.5'), (0.5, '1'), (0.75, '1.5'), (1.0, '2')])
    """
    least_step = most / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(least_step))
    steps = [number * power for number in _ROUND]
    step = min(each for each in steps if each >= least_step)

    count = math.ceil(most / step)
    levels = []
    for place in range(count + 1):
        level = place * step
        levels.append((place / count, f"{level:g}"))
    return count * step, levels


def step_ticks(steps: int) -> Ticks:
    """Round numbers of steps from 0 on, and the last step, as shares of it."""
    digits = len(str(steps))
    largest_power = 10 ** (digits - 1)
    spacing = max(1, largest_power // 2)
    while steps / spacing > _MOST_TICKS:
        spacing *= 2

    # A round number close to the last step would be written over it.
    end = steps - spacing // 2
    values = [*range(0, end, spacing), steps]
    return [(value / steps, number(value)) for value in values]
