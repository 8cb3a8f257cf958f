"""What people see while stages run: progress bars on a terminal, plain lines elsewhere; always on standard error.

Standard output belongs to results, so that `--json` can be piped.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY = 10.0  # seconds between the plain lines of one step


class Screen:
    """Notes, warnings and progress. `warnings`: all that was warned of, for `--json` and the exit message."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def note(self, text: str) -> None:
        """A line on what happens."""
        print(printable(text), file=sys.stderr, flush=True)  # noqa: T201

    def warn(self, text: str) -> None:
        """A line on what may surprise; once each."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.note(f"warning: {text}")

    @contextmanager
    def steps(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """A bar of `total` steps; call what it gives after each."""
        if sys.stderr.isatty():
            yield from _bar(title, total)
        else:
            yield _plain(self.note, title, total)


def printable(text: str) -> str:
    """Text from strangers without what would steer a terminal or turn the reading direction."""
    return "".join(
        each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text
    )


def _bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)


def _plain(note: Callable[[str], None], title: str, total: int) -> Callable[[], None]:
    done, last = 0, time.monotonic()

    def advance() -> None:
        nonlocal done, last
        done += 1
        if time.monotonic() - last > _EVERY:
            last = time.monotonic()
            note(f"{title}: {done} of {total}")

    return advance
