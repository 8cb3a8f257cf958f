"""What split says of groups in tables: their splits and links, and what customers share."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.stages.groups import LINKS, Groups, id_texts, ids_of
from curate.stages.split import SPLITS, SplitNumbers

GROUPS = pa.schema(
    [
        ("group_id", pa.string()),
        ("domain", pa.string()),
        ("split", pa.string()),
        ("image_ids", pa.list_(pa.string())),
        ("links", pa.map_(pa.string(), pa.int64())),
    ]
)
"""groups.parquet: the groups with their split."""

SHARED_IMAGES = pa.schema(
    [
        ("group_id", pa.string()),
        ("image_id", pa.string()),
        ("export", pa.string()),
        ("customer", pa.string()),
    ]
)
"""shared_images.parquet: the images of groups in which several customers have images."""


def groups_table(groups: Groups, splits: SplitNumbers) -> pa.Table:
    """The groups with their splits: a table of schema `GROUPS`."""
    by_group = np.argsort(groups.group_of, kind="stable")
    members = id_texts(groups.image_ids[by_group])
    image_ids = pa.ListArray.from_arrays(_offsets(groups.sizes), members)

    # Of each group the kinds of links that it has, and how many of each.
    has_link = groups.links > 0
    _, kinds = np.nonzero(has_link)
    link_names = pa.array(LINKS).take(pa.array(kinds))
    link_counts = pa.array(groups.links[has_link])
    kinds_of_group = has_link.sum(axis=1)
    links = pa.MapArray.from_arrays(
        _offsets(kinds_of_group),
        link_names,
        link_counts,
    )

    split_names = np.array(SPLITS)[splits]
    columns = {
        "group_id": id_texts(groups.group_ids),
        "domain": pa.array(groups.domains),
        "split": pa.array(split_names),
        "image_ids": image_ids,
        "links": links,
    }
    return pa.table(columns, schema=GROUPS)


def _offsets(sizes: NDArray[np.int64]) -> NDArray[np.int32]:
    """(n + 1,) where n lists of these sizes start, and where the last one ends, as Arrow wants."""
    offsets = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def shared_images(
    images: pa.Table, groups: Groups, customers: Mapping[str, str]
) -> pa.Table:
    """The images that customers share, or whose near duplicates they do.

    `images`: of `image_rows.one_table`. `customers`: by export. Gives a table of schema
    `SHARED_IMAGES`.
    """
    # The customer of each row, as a number: by its export.
    exports = images["export"].combine_chunks().dictionary_encode()
    names = [customers[export] for export in exports.dictionary.to_pylist()]
    distinct = sorted(set(names))
    numbers = [distinct.index(name) for name in names]
    number_of_export = np.array(numbers, np.int64)
    export_of = exports.indices.to_numpy()
    customer_of = number_of_export[export_of]

    # And its group: by its image.
    all_ids = ids_of(images["image_id"])
    image_of = np.searchsorted(groups.image_ids, all_ids)
    group_of = groups.group_of[image_of]

    # A group has several customers if its lowest number is not its highest.
    lowest = np.full(len(groups), len(distinct))
    highest = np.full(len(groups), -1)
    np.minimum.at(lowest, group_of, customer_of)
    np.maximum.at(highest, group_of, customer_of)
    is_shared = lowest < highest
    rows = np.flatnonzero(is_shared[group_of])

    group_ids = groups.group_ids[group_of[rows]]
    customer_names = [distinct[number] for number in customer_of[rows]]
    columns = {
        "group_id": id_texts(group_ids),
        "image_id": images["image_id"].take(rows),
        "export": images["export"].take(rows),
        "customer": pa.array(customer_names, pa.string()),
    }
    table = pa.table(columns, schema=SHARED_IMAGES)
    # An image that an export has twice is there once.
    return table.group_by(SHARED_IMAGES.names, use_threads=False).aggregate([])
