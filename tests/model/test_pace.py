"""How many steps fit into the minutes of a run, and when something is due."""

import pytest

from model import pace
from model.pace import Every, Pace, is_validation_due, validation_pixels


class Clock:
    """Stands for the time module; time passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def take_steps(run: Pace, clock: Clock, pixels: int, seconds: list[float]) -> int:
    """Steps of 1,000 px that take so long; the pixels of the run after them."""
    for each in seconds:
        clock.now += each
        pixels += 1000
        run.after_step(pixels)
    return pixels


def test_the_first_slow_steps_do_not_count_for_the_pace(clock: Clock) -> None:
    run = Pace(earlier=50.0)
    assert run.steps_that_fit(minutes=10, usual_pixels=1000) is None
    take_steps(run, clock, 0, [20, 20, 20, 1, 1, 1, 1, 1, 1, 1])
    assert run.seconds == 50 + 67
    assert run.pixels_per_second == pytest.approx(1000)
    assert run.steps_that_fit(10, usual_pixels=1000) == int((600 - 117) * 0.92)
    assert run.steps_that_fit(1, usual_pixels=1000) == 0


def test_the_pace_is_that_of_the_steps_since_the_last_validation(clock: Clock) -> None:
    run = Pace(earlier=0.0)
    pixels = take_steps(run, clock, 0, [1.0] * 10)
    clock.now += 40  # a validation
    run.after_validation()
    assert run.pixels_per_second is None
    take_steps(run, clock, pixels, [2.0] * 5)
    assert run.pixels_per_second == pytest.approx(500)
    assert run.steps_that_fit(2, usual_pixels=1000) == int((120 - 60) * 0.92 / 2)


def test_something_is_due_every_so_many_seconds(clock: Clock) -> None:
    due = Every(20)
    found = []
    for _ in range(50):
        clock.now += 1
        if due.is_due():
            found.append(clock.now - 100)
    assert found == [21, 42]


@pytest.mark.parametrize("steps", [1, 5, 12, 30, 1000])
def test_validations_are_spread_evenly_and_one_is_at_the_end(steps: int) -> None:
    due = [step for step in range(1, steps + 1) if is_validation_due(step, steps)]
    assert len(due) == min(steps, 12)
    assert due[-1] == steps


def test_validation_looks_at_more_pixels_in_a_longer_run() -> None:
    assert validation_pixels(100, 1000.0) == int(100 * 1000 * 0.08 / 0.35 / 12)
    assert validation_pixels(200, 1000.0) > validation_pixels(100, 1000.0)
