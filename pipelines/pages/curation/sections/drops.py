"""What was dropped: each reason, what it means, how much it cost, and examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from curate.drops import Drop
from curate.reasons import Reason
from curate.schema import STAGES
from pipelines.pages.curation import pictures
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.curation.examples import find_drop_examples, find_ingested
from pipelines.pages.page import Values

_MOST_EXAMPLES = 4  # of each reason
_MEANINGS = {reason.value: reason.meaning for reason in Reason}


@dataclass(frozen=True, slots=True)
class DropExample:
    """A row of drops."""

    drop: Drop
    picture: str
    """Data URI of the object with its outline; empty if ingest dropped it."""


@dataclass(frozen=True, slots=True)
class DropReason:
    """A reason for which a stage dropped annotations."""

    reason: str
    meaning: str
    count: int
    exports: Mapping[str, int]
    """Annotations by export, the most frequent first; 0 where nobody can know how many.
    """

    examples: list[DropExample]


@dataclass(frozen=True, slots=True)
class StageDrops:
    """What a stage dropped."""

    stage: str
    dropped: int
    reasons: list[DropReason]
    """The most frequent first."""


def show_drops(build: CuratedBuild) -> Values:
    """The reasons by stage; a stage that dropped nothing is left out."""
    examples = _read_examples(build)
    stages = []
    for stage in STAGES:
        reasons = _show_reasons(build, stage, examples[stage])
        if reasons:
            stages.append(StageDrops(stage, build.ledgers[stage].dropped, reasons))
    return {"stages": stages}


def _show_reasons(
    build: CuratedBuild, stage: str, examples: Sequence[DropExample]
) -> list[DropReason]:
    """The reasons for which a stage dropped something, the most frequent first."""
    drops = build.drops[build.drops["stage"] == stage]
    reasons = []
    for reason, rows in drops.groupby("reason"):
        by_export = rows.set_index("export")["count"]
        by_export = by_export.sort_values(ascending=False, kind="stable")
        name = str(reason)
        shown = DropReason(
            reason=name,
            meaning=_MEANINGS.get(name, ""),
            count=int(by_export.sum()),
            exports={str(export): int(count) for export, count in by_export.items()},
            examples=[example for example in examples if example.drop.reason == name],
        )
        reasons.append(shown)
    return sorted(reasons, key=lambda each: (-each.count, each.reason))


def _read_examples(build: CuratedBuild) -> dict[str, list[DropExample]]:
    """Examples of each reason by stage, with pictures of objects that have a mask."""
    tables = {
        stage: find_drop_examples(build.folder, stage, _MOST_EXAMPLES)
        for stage in STAGES
    }
    ids = pa.concat_tables(tables.values())["object_id"].to_pylist()
    objects = find_ingested(build.folder, ids)
    painted = pictures.paint_objects(objects.values(), build.settings.limits)

    examples: dict[str, list[DropExample]] = {}
    for stage, table in tables.items():
        # An annotation that ingest dropped may have the id of one that went on: it has no
        # picture of its own.
        own = painted if stage != "ingest" else {}
        examples[stage] = [
            DropExample(drop, own.get(drop.object_id, ""))
            for drop in msgspec.convert(table.to_pylist(), list[Drop])
        ]
    return examples
