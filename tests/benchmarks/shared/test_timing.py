"""Ways are measured in turn, and compared turn by turn."""

from benchmarks.shared.timing import Measured, measure, ratio


def test_rates_are_compared_turn_by_turn() -> None:
    measured = {
        "fast": Measured(1, [4.0, 8.0, 100.0]),
        "slow": Measured(1, [2.0, 4.0, 5.0]),
    }
    assert ratio(measured, "fast", "slow") == 2.0
    assert measured["fast"].rate == 8.0
    counted = measure({"one": lambda: 1, "two": lambda: 2}, repeats=2)
    assert {name: (each.items, len(each.rates)) for name, each in counted.items()} == {
        "one": (1, 2),
        "two": (2, 2),
    }
