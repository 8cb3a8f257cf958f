"""What people see while stages run: progress bars on a terminal, plain lines elsewhere.

All of it goes to standard error. Standard output belongs to results, so that `--json`
can be piped.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LINES = 10.0


class Screen:
    """Notes, warnings and progress. `warnings`: all warnings so far, for `--json`."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def note(self, text: str) -> None:
        """Print a line on what happens."""
        print(printable(text), file=sys.stderr, flush=True)  # noqa: T201

    def warn(self, text: str) -> None:
        """Print a line on what may surprise; the same line only once."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.note(f"warning: {text}")

    @contextmanager
    def steps(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """Show the progress of `total` steps. Call what this gives after each step."""
        if sys.stderr.isatty():
            yield from _bar(title, total)
        else:
            yield _plain_lines(self.note, title, total)


def printable(text: str) -> str:
    r"""Text with its control characters escaped: strangers' words steer no terminal.

    Characters that turn the reading direction are escaped, too; line ends stay.

    >>> printable("caf\u00e9 \x1b[31m")
    'café \\x1b[31m'
    """
    shown = []
    for character in text:
        if character.isprintable() or character == "\n":
            shown.append(character)
        else:
            shown.append(ascii(character)[1:-1])
    return "".join(shown)


def _bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar, which disappears when it is full."""
    # rich is slow to import, and needed on a terminal only.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)


def _plain_lines(
    note: Callable[[str], None], title: str, total: int
) -> Callable[[], None]:
    """Count the steps, and note the count every few seconds."""
    done = 0
    last_note = time.monotonic()

    def advance() -> None:
        nonlocal done, last_note
        done += 1
        now = time.monotonic()
        if now - last_note > _SECONDS_BETWEEN_LINES:
            last_note = now
            note(f"{title}: {done} of {total}")

    return advance
