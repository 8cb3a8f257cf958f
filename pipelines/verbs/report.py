"""`report`: the pages of what has been built so far."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import require
from pipelines.pages.curation.curation import write_curation_page
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.pages.quality.quality import write_quality_page


class Pages(msgspec.Struct, frozen=True):
    """The files of the pages."""

    pages: list[str]


def report(settings: Settings) -> Pages:
    """Write the page of the curation, and those of evaluation and annotations if they are judged.

    InputError if the shards are not made yet.
    """
    build = UPath(settings.build)
    require(build, "shard", "shard")

    pages = [str(write_curation_page(settings))]
    if (build / "evaluate" / "report.json").exists():
        pages.append(str(write_evaluation_page(settings)))
    if (build / "quality" / "quality.json").exists():
        pages.append(str(write_quality_page(settings)))
    return Pages(pages)
