"""The counts of an export, from what its documents say and what ingest makes of it."""

from collections import Counter
from collections.abc import Iterable

import pyarrow.compute as pc

from curate.exports.paths import is_picture
from pipelines.flow.reasons import sum_losses
from pipelines.inspection.doubts import doubts
from pipelines.inspection.reading import Documents, ReadImages, verdicts_of_others
from pipelines.inspection.records import Contents

_MOST_NAMED = 20  # of the files that were left alone


def count(documents: Documents, read: ReadImages) -> Contents:
    """What the export holds, as far as it was read."""
    export = documents.export
    labels = Counter(read.segments["label"].to_pylist())
    flags = _flags(read.segments["flags"].to_pylist())
    faults = [*documents.faults, *read.faults]

    # What documents decide is counted for all images, and the rest for those read.
    drops = [*documents.drops, *read.drops, verdicts_of_others(documents, read)]
    with_objects = set(read.segments["image_path"].to_pylist())
    without_objects = set(read.paths) - with_objects
    return Contents(
        name=export.name,
        path=export.path,
        format=export.format,
        files=len(documents.opened.files.paths),
        documents=len(documents.names),
        images=len(documents.found) + len(documents.lost),
        images_found=len(documents.found),
        images_read=len(read.paths),
        images_without_objects=len(without_objects),
        unused_pictures=_unused_pictures(documents),
        annotations=documents.annotations,
        masks=documents.masks,
        annotations_by_label=_by_frequency(documents.by_label),
        objects=read.segments.num_rows,
        labels=_by_frequency(labels),
        flags=_by_frequency(flags),
        images_by_scene=_scenes(read),
        dropped=sum_losses(drops, export.name),
        left_alone=documents.left_alone[:_MOST_NAMED],
        files_left_alone=documents.files_left_alone,
        doubts=doubts(read.segments),
        faults=[fault.summary for fault in faults],
    )


def _unused_pictures(documents: Documents) -> int:
    """Pictures that the format takes for neither image nor mask."""
    # Masks that another annotation of their image replaces are no pictures to annotate.
    pictures = {path for path in documents.opened.files.paths if is_picture(path)}
    left_alone = {file.path for file in documents.left_alone}
    return len(pictures - documents.found - documents.mask_files - left_alone)


def _scenes(read: ReadImages) -> dict[str, int]:
    """Images with objects by their scene."""
    images = read.segments.group_by(["image_path", "scene"]).aggregate([])
    counts = pc.value_counts(images["scene"]).to_pylist()
    return {each["values"]: each["counts"] for each in counts}


def _flags(lists: Iterable[list[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for flags in lists:
        counts.update(flags)
    return counts


def _by_frequency(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
