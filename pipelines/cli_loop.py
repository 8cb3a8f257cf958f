"""The verb of the command line that takes corrections into the next model.

As in cli.py, it imports its own work only when it runs.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.arguments import AsJson, Root, SettingsFile, load
from pipelines.failures import ends_well
from pipelines.results import end_with, give

if TYPE_CHECKING:
    from curate.settings import Settings
    from pipelines.verbs.loop import Looped


@ends_well
def loop(
    settings: SettingsFile,
    every: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES", min=0.1, help="Look again and again, until Ctrl-C."
        ),
    ] = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Fetch corrections, train on them, judge, promote; exit 3 if the gate stops it."""
    from pipelines.verbs.loop import check, loop_every, text
    from pipelines.verbs.loop import loop as run

    def read() -> "Settings":
        return load(settings, root)

    def show(looped: "Looped") -> None:
        give(looped, as_json, text(looped))

    if every is not None:
        loop_every(every, read, show)
        return
    looped = run(read())
    show(looped)
    end_with(looped.faults)
    check(looped)
