"""The notices on top of the curation page: what may surprise its reader."""

from collections.abc import Iterator

from curate.reasons import Reason
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.curation.sections.exports import list_exports
from pipelines.pages.curation.sections.splits import count_by_split
from pipelines.pages.page import Notice
from pipelines.pages.template_filters import counted, number, percent, words

_MUCH = 0.5  # share of an export's annotations: a loss beyond it is worth a notice
_LABELS_NAMED = 4
_LONGEST_LABEL = 32  # characters


def find_notices(build: CuratedBuild) -> list[Notice]:
    """All notices, the most urgent first."""
    return [
        *_of_faults(build),
        *_of_labels(build),
        *_of_exports(build),
        *_of_uncounted_drops(build),
        *_of_splits(build),
    ]


def _of_faults(build: CuratedBuild) -> Iterator[Notice]:
    """Stages in which this program failed. A count may be 0: then nobody can know it."""
    for stage, ledger in build.ledgers.items():
        if Reason.FAULT in ledger.by_reason:
            dropped = counted(ledger.by_reason[Reason.FAULT], "annotation")
            yield Notice(
                f"A fault of this program in {stage}",
                f"It cost {dropped} at least. The tracebacks are in {build.folder / 'faults'}.",
                "drops",
            )


def _of_labels(build: CuratedBuild) -> Iterator[Notice]:
    """Labels that a person should look at, and a taxonomy that is newer than the build."""
    labels = build.labels
    waiting = labels.waiting
    if len(waiting):
        named = ", ".join(
            f"“{words(label, _LONGEST_LABEL)}”"
            for label in waiting["label"].head(_LABELS_NAMED)
        )
        if len(waiting) > _LABELS_NAMED:
            named += f" and {number(len(waiting) - _LABELS_NAMED)} more"
        objects = counted(int(waiting["count"].sum()), "object")
        yield Notice(
            f"{counted(len(waiting), 'label waits', 'labels wait')} for a decision",
            f"{named}: {objects} dropped until someone decides.",
            "labels",
        )
    for how, count in labels.doubtful.items():
        yield Notice(
            f"{counted(count, 'object')} matched by {how} rule",
            "No reviewer has confirmed these labels; the table shows their scores.",
            "labels",
        )
    if labels.taxonomy_changed:
        yield Notice(
            "The taxonomy has changed since this build",
            "The page shows the labels as they were decided then. "
            "Run the build again to apply the change.",
            "labels",
        )


def _of_exports(build: CuratedBuild) -> Iterator[Notice]:
    """Exports of which nothing, or much less than half, is left."""
    for row in list_exports(build):
        name = row.name
        if not row.came_in:
            yield Notice(
                f"{name} is empty",
                "Nothing in it is annotated, or nothing of it could be read.",
                "exports",
            )
        elif not row.out:
            yield Notice(
                f"{name} leaves nothing",
                f"All {number(row.came_in)} annotations were dropped.",
                "drops",
            )
        elif row.lost > _MUCH * row.came_in:
            yield Notice(
                f"{name} loses {percent(row.lost / row.came_in)}",
                f"{number(row.lost)} of {number(row.came_in)} annotations, "
                "besides what a decision leaves out.",
                "drops",
            )


def _of_uncounted_drops(build: CuratedBuild) -> Iterator[Notice]:
    for stage, ledger in build.ledgers.items():
        if ledger.uncounted:
            yield Notice(
                f"{counted(ledger.uncounted, 'loss', 'losses')} of unknown size in {stage}",
                "A file could not be read, so nobody can say how many annotations it held.",
                "drops",
            )


def _of_splits(build: CuratedBuild) -> Iterator[Notice]:
    for split, count in count_by_split(build.objects).items():
        if not count:
            yield Notice(
                f"No object is in {split}",
                "More groups of images, or other shares in the settings, change that.",
                "splits",
            )
