"""What split says of groups in tables: their splits and links, and what customers share."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

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
    ends = np.cumsum(groups.sizes, dtype=np.int32)

    has_link = groups.links > 0
    _, kinds = np.nonzero(has_link)
    link_ends = np.cumsum(has_link.sum(axis=1), dtype=np.int32)
    columns = {
        "group_id": id_texts(groups.group_ids),
        "domain": pa.array(groups.domains),
        "split": pa.array(np.array(SPLITS)[splits]),
        "image_ids": pa.ListArray.from_arrays(np.append(np.int32(0), ends), members),
        "links": pa.MapArray.from_arrays(
            np.append(np.int32(0), link_ends),
            pa.array(LINKS).take(pa.array(kinds)),
            pa.array(groups.links[has_link]),
        ),
    }
    return pa.table(columns, schema=GROUPS)


def shared_images(
    images: pa.Table, groups: Groups, customers: Mapping[str, str]
) -> pa.Table:
    """The images that customers share, or whose near duplicates they do.

    `images`: of `image_rows.one_table`. `customers`: by export. Gives a table of schema
    `SHARED_IMAGES`.
    """
    exports = images["export"].combine_chunks().dictionary_encode()
    names = [customers[export] for export in exports.dictionary.to_pylist()]
    distinct = sorted(set(names))
    number_of = np.array([distinct.index(name) for name in names], np.int64)
    customer_of = number_of[exports.indices.to_numpy()]
    image_of = np.searchsorted(groups.image_ids, ids_of(images["image_id"]))
    group_of = groups.group_of[image_of]

    lowest = np.full(len(groups), len(distinct))
    highest = np.full(len(groups), -1)
    np.minimum.at(lowest, group_of, customer_of)
    np.maximum.at(highest, group_of, customer_of)
    rows = np.flatnonzero((lowest < highest)[group_of])
    columns = {
        "group_id": id_texts(groups.group_ids[group_of[rows]]),
        "image_id": images["image_id"].take(rows),
        "export": images["export"].take(rows),
        "customer": pa.array([distinct[each] for each in customer_of[rows]]),
    }
    table = pa.table(
        {name: columns[name] for name in SHARED_IMAGES.names}, schema=SHARED_IMAGES
    )
    return table.group_by(SHARED_IMAGES.names, use_threads=False).aggregate([])
