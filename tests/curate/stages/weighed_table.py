"""Tables of objects for the tests of caps and weights."""

import pyarrow as pa

from curate.stages import balance


def table(rows: list[tuple[int, int, str, str]]) -> pa.Table:
    """Rows as (object, image, concept, split)."""
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
            }
        )
    names = (*balance.NEEDS, "image_path", "annotation_key")
    return pa.Table.from_pylist(
        plain, schema=pa.schema([(name, pa.string()) for name in names])
    )
