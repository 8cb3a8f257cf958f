"""`quality`: the annotations of the train split judged by the model that learned from them."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import held, require
from pipelines.flow.screen import Screen
from pipelines.pages.quality.quality import write_quality_page


class JudgedAnnotations(msgspec.Struct, frozen=True):
    """The files that judging the annotations wrote."""

    report: str
    page: str


def quality(settings: Settings) -> JudgedAnnotations:
    """Judge the annotations, alone in the build, and write their page.

    InputError without shards or a model, or if another run is at work.
    """
    build = UPath(settings.build)
    require(build, "shard", "shard")
    # Imported here: torch is slow to import.
    from model.annotations.quality import judge_annotations

    with held(build):
        report = judge_annotations(settings, Screen().note)
    page = write_quality_page(settings)
    return JudgedAnnotations(str(report), str(page))
