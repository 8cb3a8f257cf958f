"""How fast a training run is: what it has taken so far, and how many steps its minutes hold."""

import time

PACE_STEPS = 10
"""Steps that tell how many more the minutes hold."""

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


class Pace:
    """The seconds of a run, and its speed since this process began.

    `earlier`: seconds that earlier processes spent on the run.
    """

    def __init__(self, earlier: float) -> None:
        self._earlier = earlier
        self._began = time.monotonic()
        self._marks: list[tuple[float, int]] = []

    def after_step(self, pixels: int) -> float:
        """The seconds of the run, after a step that brought its pixels to so many."""
        if len(self._marks) < PACE_STEPS:
            self._marks.append((time.monotonic(), pixels))
        return self.seconds

    @property
    def seconds(self) -> float:
        """The seconds of the run so far, in all processes."""
        return self._earlier + time.monotonic() - self._began

    @property
    def pixels_per_second(self) -> float:
        """The speed over the first steps, without the very first ones, which are slow."""
        began, pixels_before = self._marks[_SKIPPED]
        ended, pixels_after = self._marks[-1]
        seconds = max(ended - began, _MIN_SECONDS)
        return (pixels_after - pixels_before) / seconds

    def steps_that_fit(
        self, minutes: float, seconds: float, usual_pixels: float
    ) -> int:
        """How many more steps fit into a run's minutes; at least 1.

        `seconds`: already spent. `usual_pixels`: of a batch. Some of the time is left to
        validation.
        """
        for_steps = 60 * minutes * (1 - VALIDATION_SHARE)
        left = for_steps - seconds
        steps_per_second = self.pixels_per_second / usual_pixels
        return max(1, int(left * steps_per_second))


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
