"""What people see while stages run: progress bars on a terminal, plain lines elsewhere.

All of it goes to standard error. Standard output belongs to results, so that `--json`
can be piped.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LINES = 10.0
_MINUTE = 60

Advance = Callable[[int], None]
"""Called with the amount of work that was done since the last call."""


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
    def steps(self, title: str, amount: int) -> Iterator[Advance]:
        """Show the progress of a work of some `amount`, in any unit.

        Call what this gives with the amount of each step that is done.
        """
        if sys.stderr.isatty():
            yield from _bar(title, amount)
        else:
            yield _plain_lines(self.note, title, amount)


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


def counted(count: int, one: str, several: str = "") -> str:
    """A count with its noun.

    `several`: the plural, if it is not `one` with an s.

    >>> counted(1, "document"), counted(1200, "loss", "losses")
    ('1 document', '1,200 losses')
    """
    noun = one
    if count != 1:
        noun = several or f"{one}s"
    return f"{count:,} {noun}"


def _bar(title: str, amount: int) -> Iterator[Advance]:
    """A progress bar, which disappears when it is full."""
    # rich is slow to import, and needed on a terminal only.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=amount)
        yield lambda done: progress.advance(task, done)


def _plain_lines(note: Callable[[str], None], title: str, amount: int) -> Advance:
    """Add up what is done, and note the share and the time that is left every few seconds."""
    done = 0
    begun = time.monotonic()
    last_note = begun

    def advance(more: int) -> None:
        nonlocal done, last_note
        done += more
        now = time.monotonic()
        if done and now - last_note > _SECONDS_BETWEEN_LINES:
            last_note = now
            left = (now - begun) * (amount - done) / done
            note(f"{title}: {done / amount:.0%}, {time_in_words(left)} left")

    return advance


def time_in_words(seconds: float) -> str:
    """About how long, in the unit that suits it.

    >>> time_in_words(0.2), time_in_words(45), time_in_words(200), time_in_words(4000)
    ('about 1 s', 'about 45 s', 'about 3 min', 'about 1.1 h')
    """
    if seconds < _MINUTE:
        return f"about {max(1, round(seconds))} s"
    minutes = seconds / _MINUTE
    if minutes < _MINUTE:
        return f"about {minutes:.0f} min"
    return f"about {minutes / _MINUTE:.1f} h"
