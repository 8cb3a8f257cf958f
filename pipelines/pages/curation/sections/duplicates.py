"""The duplicates: groups of images that show the same thing, and what links them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pandas import DataFrame
from upath import UPath

from curate.stages.group_tables import SHARED_IMAGES
from curate.stages.groups import AUGMENTATION, LINKS, NEAR_DUPLICATE, SAME_BYTES
from curate.storage import read_table
from pipelines.pages.curation import pictures
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.page import Values
from pipelines.pages.table_rows import rows_of

_MOST_GROUPS = 18
_MOST_SCENES = 6  # groups that only a scene or a video joins: they are no duplicates
_MOST_IMAGES = 6  # of one group
_ALIKE = {SAME_BYTES, NEAR_DUPLICATE, AUGMENTATION}


@dataclass(frozen=True, slots=True)
class LinkedGroup:
    """A group that links between its images join."""

    group_id: str
    domain: str
    split: str
    links: dict[str, int]
    """Number of links by kind."""

    @property
    def has_copies(self) -> bool:
        """Whether some of its pictures are the same, byte by byte."""
        return SAME_BYTES in self.links

    @property
    def looks_alike(self) -> bool:
        """Whether some of its pictures are equal or nearly equal."""
        return not _ALIKE.isdisjoint(self.links)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in which a picture of a group is: a row of CuratedBuild.images."""

    group_id: str
    image_id: str
    export: str
    image_path: str
    image_file: str


@dataclass(frozen=True, slots=True)
class GroupImage:
    """One place in which a picture of a group is."""

    export: str
    image_path: str
    picture: str
    """Data URI; empty where the file is gone or has changed."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """A group as the page shows it."""

    group: LinkedGroup
    images: list[GroupImage]
    more: int
    """Places of pictures that are not among `images`."""


def show_duplicates(build: CuratedBuild) -> Values:
    """What links there are, and some groups with their pictures."""
    linked = _read_linked_groups(build.folder)
    return {
        "links": count_links(linked),
        "shared": count_shared(_read_shared_images(build.folder)),
        "groups": _show_groups(build, linked),
        "doubtful": (SAME_BYTES, NEAR_DUPLICATE),
    }


def count_links(linked: Sequence[LinkedGroup]) -> DataFrame:
    """A row for each kind of link that occurs: number of `links`, and of `groups` with
    it.
    """
    rows: list[tuple[str, int]] = []
    for group in linked:
        rows.extend(group.links.items())
    table = DataFrame(rows, columns=["kind", "links"])
    sums = table.groupby("kind").agg(links=("links", "sum"), groups=("links", "count"))
    return sums.reindex([kind for kind in LINKS if kind in sums.index])


def count_shared(images: DataFrame) -> DataFrame:
    """A row for each two customers that share pictures: `one`, `other`, `copies`, `groups`.

    `images`: of split's shared_images.parquet. `copies`: pictures that both have, byte by byte;
    `groups`: groups of like pictures in which both have some.
    """
    columns = {"copies": "image_id", "groups": "group_id"}
    counts = {}
    for name, column in columns.items():
        places = images[["customer", column]].drop_duplicates()
        pairs = places.merge(places, on=column, suffixes=("_one", "_other"))
        pairs = pairs[pairs["customer_one"] < pairs["customer_other"]]
        counts[name] = pairs.groupby(["customer_one", "customer_other"]).size()
    table = DataFrame(counts).fillna(0).astype(int).reset_index(names=["one", "other"])
    return table.sort_values(["groups", "one", "other"], ascending=[False, True, True])


def _read_shared_images(folder: UPath) -> DataFrame:
    """What customers share; nothing if the split is of an older version."""
    path = folder / "split" / "shared_images.parquet"
    if not path.exists():
        nothing: DataFrame = SHARED_IMAGES.empty_table().to_pandas()
        return nothing
    shared: DataFrame = read_table(path).to_pandas()
    return shared


def _read_linked_groups(folder: UPath) -> list[LinkedGroup]:
    """The groups that links join, groups of exact copies first."""
    columns = ["group_id", "domain", "split", "links"]
    groups = read_table(folder / "split" / "groups.parquet", columns).to_pandas()
    has_links = groups["links"].str.len() > 0
    linked = groups[has_links]

    # Arrow gives a map as a list of pairs.
    as_maps = linked.assign(links=linked["links"].map(dict))
    found = rows_of(as_maps, LinkedGroup)
    return sorted(found, key=lambda group: (not group.has_copies, group.group_id))


def _choose(linked: Sequence[LinkedGroup]) -> list[LinkedGroup]:
    """Groups of equal or nearly equal pictures, then some that only a scene joins."""
    alike = [group for group in linked if group.looks_alike]
    scenes = [group for group in linked if not group.looks_alike]
    shown_scenes = scenes[:_MOST_SCENES]
    room = _MOST_GROUPS - len(shown_scenes)
    return alike[:room] + shown_scenes


def _show_groups(
    build: CuratedBuild, linked: Sequence[LinkedGroup]
) -> list[DuplicateGroup]:
    """Some groups with their pictures.

    A group without an object in the shards is left out.
    """
    chosen = _choose(linked)
    by_group = _places_by_group(build, chosen)
    image_ids = {}
    for members in by_group.values():
        for place in members[:_MOST_IMAGES]:
            image_ids[place.image_file] = place.image_id
    photos = pictures.paint_photos(image_ids, build.settings.limits)

    groups = []
    for group in chosen:
        members = by_group.get(group.group_id, [])
        if not members:
            continue
        shown = []
        for place in members[:_MOST_IMAGES]:
            photo = photos.get(place.image_file, "")
            shown.append(GroupImage(place.export, place.image_path, photo))
        more = max(0, len(members) - _MOST_IMAGES)
        groups.append(DuplicateGroup(group, shown, more))
    return groups


def _places_by_group(
    build: CuratedBuild, groups: Sequence[LinkedGroup]
) -> dict[str, list[_Place]]:
    """Where the pictures of some groups are; copies of one picture follow each other."""
    group_ids = [group.group_id for group in groups]
    is_shown = build.images["group_id"].isin(group_ids)
    images = build.images[is_shown]
    ordered = images.sort_values(["image_id", "export", "image_path"])

    by_group: dict[str, list[_Place]] = {}
    for place in rows_of(ordered, _Place):
        of_group = by_group.setdefault(place.group_id, [])
        of_group.append(place)
    return by_group
