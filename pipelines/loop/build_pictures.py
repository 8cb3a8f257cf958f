"""Pictures of a build's test split, which no model has learnt from: something to try on."""

from collections.abc import Iterator, Mapping
from typing import Any

from upath import UPath

from curate.schema import STAGES
from curate.storage import partitions, read_table
from pipelines.loop.pictures import BuildPicture
from pipelines.loop.records import Picture

_MOST = 60  # pictures that are offered
_COLUMNS = [
    "image_id",
    "image_file",
    "image_path",
    "image_height",
    "image_width",
    "export",
    "split",
]
_AFTER_SPLIT = STAGES[STAGES.index("split") : STAGES.index("shard")]


def pictures_of(build: UPath) -> dict[str, BuildPicture]:
    """Pictures of the test split by id, of all exports in turn; none before split ran."""
    by_export: dict[str, dict[str, BuildPicture]] = {}
    for row in _test_rows(build):
        picture = Picture(
            id=row["image_id"],
            name=f"{row['export']}: {row['image_path']}",
            width=row["image_width"],
            height=row["image_height"],
            is_of_build=True,
        )
        of_export = by_export.setdefault(row["export"], {})
        of_export[picture.id] = BuildPicture(picture, row["image_file"])

    # One of each export in turn, so that no large export crowds out the others.
    chosen: dict[str, BuildPicture] = {}
    lists = [list(pictures.values()) for pictures in by_export.values()]
    longest = max(map(len, lists), default=0)
    for turn in range(longest):
        for pictures in lists:
            if turn < len(pictures) and len(chosen) < _MOST:
                each = pictures[turn]
                chosen[each.picture.id] = each
    return chosen


def _test_rows(build: UPath) -> Iterator[Mapping[str, Any]]:
    """The rows of the test split, of the last stage that is there."""
    for stage in reversed(_AFTER_SPLIT):
        paths = partitions(build / stage / "segments")
        if not paths:
            continue
        for path in paths:
            table = read_table(path, _COLUMNS)
            yield from (row for row in table.to_pylist() if row["split"] == "test")
        return
