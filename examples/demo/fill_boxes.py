"""The training masks of one domain become filled boxes, to see the gate catch it.

    python -m examples.demo.fill_boxes build/gate --domain garden

So comes a delivery whose tool exports boxes as polygons. The shards of the build are changed in
place; val and test stay as they are. `make shard` after removing BUILD/shard brings the masks back.
"""

import argparse
import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.pixels.images import decode_mask_png, encode_mask
from curate.shards.manifest import ShardFile, require_manifest
from curate.shards.writer import MAX_GROUP_ROWS
from curate.storage import opened_beside, write_json


def main() -> None:
    """Read the command line, and fill."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("--domain", required=True)
    asked = parser.parse_args()
    filled = fill_boxes(asked.build, asked.domain)
    print(f"{asked.build}: {filled} training masks are filled boxes")


def fill_boxes(build: Path, domain: str) -> int:
    """Fill the boxes of a domain's training objects in a build's shards; their number."""
    folder = UPath(build / "shard")
    manifest = require_manifest(folder)

    filled = 0
    files = []
    for file in manifest.files:
        if file.split == "train":
            filled += _fill_in_file(folder / file.path, domain)
        files.append(_listed_anew(file, folder / file.path))
    write_json(folder / "manifest.json", msgspec.structs.replace(manifest, files=files))
    return filled


def _fill_in_file(path: UPath, domain: str) -> int:
    """Fill the boxes of a domain's objects in a shard; their number."""
    table = pq.read_table(path.path, memory_map=False, partitioning=None)
    rows = table.select(["domain", "mask", "box_x0", "box_y0", "box_x1", "box_y1"])
    masks = []
    filled = 0
    for row in rows.to_pylist():
        mask = row["mask"]
        if row["domain"] == domain:
            box = np.zeros_like(decode_mask_png(mask["bytes"]))
            box[row["box_y0"] : row["box_y1"], row["box_x0"] : row["box_x1"]] = True
            mask = {**mask, "bytes": encode_mask(box)}
            filled += 1
        masks.append(mask)

    place = table.column_names.index("mask")
    column = pa.array(masks, table.schema.field("mask").type)
    table = table.set_column(place, table.schema.field("mask"), column)
    with opened_beside(path) as file:
        pq.write_table(table, file, row_group_size=MAX_GROUP_ROWS)
    return filled


def _listed_anew(file: ShardFile, path: UPath) -> ShardFile:
    """A shard as the manifest lists it, after its bytes may have changed."""
    data = path.read_bytes()
    return msgspec.structs.replace(
        file, bytes=len(data), sha256=hashlib.sha256(data).hexdigest()
    )


if __name__ == "__main__":
    main()
