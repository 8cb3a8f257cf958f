"""A build whose training masks of one domain are shifted, to see the gate catch it.

    python -m examples.demo.shift_masks build/demo build/shifted --domain garden --px 6

Copies the shards of the first build into the second one. Its val and test objects stay as they are.
"""

import argparse
import hashlib
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.pixels.images import decode_mask_png, encode_mask
from curate.shards.manifest import ShardFile, require_manifest
from curate.shards.writer import MAX_GROUP_ROWS
from curate.storage import write_json


def main() -> None:
    """Read the command line, copy and shift."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("shifted", type=Path)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--px", type=int, default=6)
    asked = parser.parse_args()
    shifted = shift_masks(asked.build, asked.shifted, asked.domain, asked.px)
    print(f"{asked.shifted}: {shifted} training masks shifted by {asked.px} px")


def shift_masks(build: Path, copy: Path, domain: str, px: int) -> int:
    """Copy the shards of a build with the training masks of a domain shifted; their number."""
    folder = UPath(copy / "shard")
    shutil.copytree(build / "shard", folder.path, dirs_exist_ok=True)
    manifest = require_manifest(folder)

    shifted = 0
    files = []
    for file in manifest.files:
        path = Path((folder / file.path).path)
        if file.split == "train":
            shifted += _shift_in_file(path, domain, px)
        files.append(_listed_anew(file, path))
    write_json(folder / "manifest.json", msgspec.structs.replace(manifest, files=files))
    return shifted


def _shift_in_file(path: Path, domain: str, px: int) -> int:
    """Shift the masks of a domain to the right in a shard; their number."""
    table = pq.read_table(path)
    masks = table["mask"].to_pylist()
    shifted = 0
    for mask, its_domain in zip(masks, table["domain"].to_pylist(), strict=True):
        if its_domain == domain:
            moved = np.roll(decode_mask_png(mask["bytes"]), px, axis=1)
            moved[:, :px] = False
            mask["bytes"] = encode_mask(moved)
            shifted += 1

    place = table.column_names.index("mask")
    column = pa.array(masks, table.schema.field("mask").type)
    table = table.set_column(place, table.schema.field("mask"), column)
    pq.write_table(table, path, row_group_size=MAX_GROUP_ROWS)
    return shifted


def _listed_anew(file: ShardFile, path: Path) -> ShardFile:
    """A shard as the manifest lists it, after its bytes may have changed."""
    data = path.read_bytes()
    return msgspec.structs.replace(
        file, bytes=len(data), sha256=hashlib.sha256(data).hexdigest()
    )


if __name__ == "__main__":
    main()
