"""Tables of objects for the tests of caps and weights."""

from collections.abc import Mapping

import pyarrow as pa

from curate.stages import balance


def table(
    rows: list[tuple[int, int, str, str]], flags: Mapping[int, list[str]] | None = None
) -> pa.Table:
    """Rows as (object, image, concept, split), and flags by object."""
    plain = []
    for number, image, concept, split in rows:
        plain.append(
            {
                "object_id": f"{number:032x}",
                "image_id": f"image-{image}",
                "export": "e",
                "image_path": f"{image}.jpg",
                "annotation_key": str(number),
                "customer": "c",
                "domain": "d",
                "concept": concept,
                "split": split,
                "flags": (flags or {}).get(number, []),
            }
        )
    names = (*balance.NEEDS, "image_path", "annotation_key")
    types = dict.fromkeys(names, pa.string()) | {"flags": pa.list_(pa.string())}
    return pa.Table.from_pylist(plain, schema=pa.schema(types))
