"""`all`: every stage whose inputs have changed, and the pages."""

import msgspec
from msgspec import UNSET, UnsetType
from upath import UPath

from curate.ledger import LedgerReport
from curate.schema import STAGES
from curate.settings import Settings
from curate.shards.manifest import read_manifest
from pipelines.flow.faults import StageFaults
from pipelines.flow.screen import Screen
from pipelines.pages.curation.curation import write_curation_page
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.verbs.before_training import require_models, warn_of_shards
from pipelines.verbs.evaluate import evaluate
from pipelines.verbs.stage import curate
from pipelines.verbs.train import tell_of_old_scores, train_on_shards


class Everything(msgspec.Struct):
    """What the stages did, the pages, and the files of model and report."""

    stages: dict[str, LedgerReport]
    warnings: list[str]
    faults: list[StageFaults]
    pages: list[str]
    checkpoint: str | UnsetType = UNSET
    report: str | UnsetType = UNSET
    falls: str | UnsetType | None = UNSET
    """What the gate says; see `evaluate`."""


def run_all(settings: Settings, until: str) -> Everything:
    """Run all stages up to `until`, and write the pages of what is there then.

    Without a test object the evaluation is left out, with a warning before the training
    begins.
    """
    last_stage = until
    if until not in STAGES:
        last_stage = STAGES[-1]
        # Before hours of curation, not after them.
        require_models(settings)
    curation = curate(settings, last_stage)
    result = Everything(curation.stages, curation.warnings, curation.faults, pages=[])

    sharded = curation.stages.get("shard")
    if sharded is None or sharded.out == 0:
        return result

    if until in ("train", "evaluate"):
        screen = Screen()
        warn_of_shards(settings, screen)
        result.warnings += screen.warnings
    evaluates = until == "evaluate" and _has_test_objects(settings)

    # The page of the curation comes first, because training may take hours or fail.
    result.pages.append(str(write_curation_page(settings)))
    if until in ("train", "evaluate"):
        result.checkpoint = train_on_shards(settings)
        if not evaluates:
            tell_of_old_scores(settings, Screen())
    if evaluates:
        evaluated = evaluate(settings)
        result.report = evaluated.report
        result.falls = evaluated.falls
        result.pages.append(str(write_evaluation_page(settings)))
    return result


def _has_test_objects(settings: Settings) -> bool:
    manifest = read_manifest(UPath(settings.build) / "shard")
    return manifest is not None and manifest.rows.get("test", 0) > 0
