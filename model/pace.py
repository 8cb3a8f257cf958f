"""How fast a training run is: what it has taken so far, and how many steps its minutes hold."""

import time
from dataclasses import dataclass

PACE_STEPS = 10
"""After so many steps it is planned for the first time how many more the minutes hold."""

VALIDATION_SHARE = 0.08
"""Share of a run's time that validation may take."""

VALIDATIONS = 12
"""How often a run is validated."""

_SKIPPED = 3  # of the first steps, which are slow
# Of a step's time; the rest is the backward pass and the optimiser.
_FORWARD_SHARE = 0.35
_MIN_SECONDS = 1e-6  # guards a division


def time_in_words(seconds: float) -> str:
    """A time for people who wait.

    >>> time_in_words(41), time_in_words(400)
    ('a minute', '7 minutes')
    """
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes == 1:
        return "a minute"
    return f"{minutes:,} minutes"


class Every:
    """Tells when so many seconds have passed, again and again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether the seconds have passed since this was last true, or since the beginning."""
        now = time.monotonic()
        if now - self._last <= self._seconds:
            return False
        self._last = now
        return True


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a run was at some time."""

    time: float
    """seconds of the clock"""

    pixels: int
    """of all steps so far"""


class Pace:
    """The seconds of a run, and its speed since this process began or last validated.

    `earlier`: seconds that earlier processes spent on the run.
    """

    def __init__(self, earlier: float) -> None:
        self._earlier = earlier
        self._began = time.monotonic()
        self._steps = 0
        self._stretch: list[_Mark] = []  # its beginning, and where it is

    def after_step(self, pixels: int) -> float:
        """The seconds of the run, after a step that brought its pixels to so many."""
        self._steps += 1
        if self._steps > _SKIPPED:
            mark = _Mark(time.monotonic(), pixels)
            self._stretch = [*self._stretch[:1], mark]
        return self.seconds

    def after_validation(self) -> None:
        """Leave what it took, and all before it, out of the speed."""
        if self._stretch:
            pixels = self._stretch[-1].pixels
            self._stretch = [_Mark(time.monotonic(), pixels)]

    @property
    def seconds(self) -> float:
        """The seconds of the run so far, in all processes."""
        return self._earlier + time.monotonic() - self._began

    @property
    def pixels_per_second(self) -> float | None:
        """The speed of the steps since the last validation; None before there are two of them.

        The very first steps of a process are slow, and do not count.
        """
        if len(self._stretch) < 2:
            return None
        start, end = self._stretch
        seconds = max(end.time - start.time, _MIN_SECONDS)
        return (end.pixels - start.pixels) / seconds

    def steps_that_fit(self, minutes: float, usual_pixels: float) -> int | None:
        """How many more steps fit into a run's minutes; 0 if they are over, None if unknown yet.

        `usual_pixels`: of a batch. Some of the time is left to validation.
        """
        if self.pixels_per_second is None:
            return None
        left = max(0.0, 60 * minutes - self.seconds)
        for_steps = left * (1 - VALIDATION_SHARE)
        steps_per_second = self.pixels_per_second / usual_pixels
        return int(for_steps * steps_per_second)


def is_validation_due(step: int, steps: int) -> bool:
    """Whether to validate after a step: evenly through the run, and at its end."""
    due = step * VALIDATIONS // steps
    due_before = (step - 1) * VALIDATIONS // steps
    return due > due_before


def validation_pixels(steps: int, usual_pixels: float) -> int:
    """How many pixels one validation may look at, in a run of so many steps.

    `usual_pixels`: of a batch. Validation needs the forward pass alone.
    """
    pixels_of_run = steps * usual_pixels
    affordable = pixels_of_run * VALIDATION_SHARE / _FORWARD_SHARE
    return int(affordable / VALIDATIONS)
