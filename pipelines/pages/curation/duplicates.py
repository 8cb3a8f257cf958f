"""Groups of images that show the same thing: how many there are, why, and the pictures side by side."""

from collections import Counter
from typing import Any

import pyarrow as pa
from upath import UPath

from curate.limits import Limits
from curate.stages.groups import LINKS
from curate.storage import read_table
from pipelines.pages.curation import pictures

_MOST_GROUPS, _MOST_OF_ONE = 18, 6
_PLACE = ("image_id", "export", "image_path")
_ALIKE = {"same bytes", "near duplicate", "augmentation"}
_MOST_OF_SCENES = 6  # groups that only a scene or a video joins: they are no duplicates


def group_sizes(build: UPath) -> dict[str, Any]:
    """Groups by their number of images, and links by kind with the groups that they join."""
    groups = read_table(build / "split" / "groups.parquet", ["image_ids", "links"]).to_pylist()
    sizes = Counter(len(row["image_ids"]) for row in groups)
    links: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    for row in groups:
        links.update(dict(row["links"]))
        joined.update(dict(row["links"]).keys())
    return {
        "count": len(groups),
        "joined": sum(1 for row in groups if row["links"]),
        "largest": max(sizes, default=0),
        "links": [(kind, links[kind], joined[kind]) for kind in LINKS if links[kind]],
    }


def duplicate_groups(build: UPath, images: pa.Table, limits: Limits) -> list[dict[str, Any]]:
    """Groups that equal or nearly equal pictures join, then some that a scene joins; each with its pictures.

    `images`: image_id, export, split, group_id, image_path, image_file; each place of a picture is shown.
    """
    groups = read_table(build / "split" / "groups.parquet")
    rows = [row | {"links": dict(row["links"])} for row in groups.to_pylist() if row["links"]]
    same = sorted((row for row in rows if _ALIKE & row["links"].keys()), key=_order)
    scenes = sorted((row for row in rows if not _ALIKE & row["links"].keys()), key=_order)
    chosen = [*same[: _MOST_GROUPS - min(len(scenes), _MOST_OF_SCENES)], *scenes[:_MOST_OF_SCENES]]
    members: dict[str, list[dict[str, Any]]] = {row["group_id"]: [] for row in chosen}
    for image in images.to_pylist():
        if image["group_id"] in members:
            members[image["group_id"]].append(image)
    for row in chosen:
        places = sorted(
            members[row["group_id"]], key=lambda image: [image[name] for name in _PLACE]
        )
        row["images"], row["more"] = places[:_MOST_OF_ONE], max(0, len(places) - _MOST_OF_ONE)
    shown = pictures.photos([image for row in chosen for image in row["images"]], limits)
    for row in chosen:
        row["images"] = [
            image | {"picture": shown.get(image["image_file"], "")} for image in row["images"]
        ]
    return [row for row in chosen if row["images"]]


def _order(row: dict[str, Any]) -> tuple[int, str]:
    """Groups of exact copies first."""
    return (0 if LINKS[0] in row["links"] else 1), row["group_id"]
