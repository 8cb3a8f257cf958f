"""The start of a run: checks before any work, and the lock on the build folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from curate.exports import process_limits
from curate.settings import Settings
from curate.storage import write_json
from curate.stores import forget_listings
from pipelines.flow import build as builds
from pipelines.flow import labels
from pipelines.flow.amount import is_small
from pipelines.flow.cluster import Workers
from pipelines.flow.runner import Run
from pipelines.flow.screen import Screen


@contextmanager
def start_run(settings: Settings) -> Iterator[Run]:
    """A run with its workers, with a look at its exports, and alone in its folder.

    InputError if the taxonomy is bad, an export has no files, or another run is at work.
    """
    forget_listings()
    labels.load(settings)
    screen = Screen()
    small = is_small(settings.exports)
    with Workers(settings.dask, screen, is_small=small) as workers:
        run = Run(settings, workers, screen)
        _note_missing_limits(screen)
        run.look_at_exports()
        with builds.held(run.build):
            builds.refuse_foreign_files(run.build)
            try:
                yield run
            finally:
                _note_effort(run)


def _note_effort(run: Run) -> None:
    """Keep what the run has cost besides its work, and say it if there is anything to say."""
    effort = run.workers.effort
    write_json(run.build / "run.json", effort.record())
    if effort.describe():
        run.screen.note(effort.describe())


def _note_missing_limits(screen: Screen) -> None:
    """Say what this system cannot limit in the processes that open strangers' files."""
    missing = process_limits.unlimited()
    if missing:
        unlimited = " and ".join(missing)
        screen.note(
            f"this system cannot limit {unlimited} of the processes that open exports; "
            "results are the same, but a hostile file may cost more"
        )
