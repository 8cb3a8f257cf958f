"""`report`: the pages of what has been built so far."""

import msgspec
from upath import UPath

from curate.settings import Settings
from model.evaluation.staleness import find_stale
from pipelines.flow.build import require
from pipelines.flow.screen import Screen
from pipelines.pages.curation.curation import write_curation_page
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.pages.loop.loop import write_loop_page
from pipelines.pages.quality.quality import write_quality_page


class Pages(msgspec.Struct, frozen=True):
    """The files of the pages, and what on them is not of what the build holds now."""

    pages: list[str]
    warnings: list[str]


def report(settings: Settings) -> Pages:
    """Write the page of the curation, and those of what else was done: evaluation, quality, loop.

    InputError if the shards are not made yet.
    """
    build = UPath(settings.build)
    require(build, "shard", "shard")

    pages = [str(write_curation_page(settings))]
    if (build / "evaluate" / "report.json").exists():
        pages.append(str(write_evaluation_page(settings)))
    if (build / "quality" / "quality.json").exists():
        pages.append(str(write_quality_page(settings)))
    looped = write_loop_page(build)
    if looped is not None:
        pages.append(str(looped))
    screen = Screen()
    warn_of_stale(build, screen)
    return Pages(pages, screen.warnings)


def warn_of_stale(build: UPath, screen: Screen) -> None:
    """Say what of a build's model and report is not of what the build holds now."""
    for stale in find_stale(build):
        screen.warn(f"{stale.headline}. {stale.sentence}")
