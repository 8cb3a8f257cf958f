"""A table of the round trips, after the tests: how many objects, and how like, came back."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each export that was read back."""
    lines = []
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            lines += [line for name, line in report.user_properties if name == "trip"]
    if lines:
        terminalreporter.section("tool, its format → ours")
        for line in sorted(lines):
            terminalreporter.write_line(line)
