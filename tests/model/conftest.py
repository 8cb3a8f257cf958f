import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from numpy.typing import NDArray
from upath import UPath

from curate.pixels.images import encode_mask, encode_webp
from curate.schema import shard_schema
from curate.settings import CropSettings, Settings
from curate.shards import windows
from curate.shards.writer import ShardFile, manifest

torch.set_num_threads(1)


def disc(
    chance: np.random.Generator, side: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], tuple[int, int, int, int]]:
    """A picture (side, side, 3) of a bright ellipse on dark ground, its mask and its box."""
    x, y = chance.integers(side // 3, 2 * side // 3, 2)
    a, b = chance.integers(side // 8, side // 3, 2)
    rows, columns = np.mgrid[:side, :side]
    mask = ((columns - x) / a) ** 2 + ((rows - y) / b) ** 2 < 1
    image = chance.integers(20, 90, (side, side, 3), dtype=np.uint8)
    image[mask] += 130
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return image, mask, (int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1)


def write_shards(
    folder: Path, split: str, count: int, sides: tuple[int, ...] = (60, 80)
) -> list[ShardFile]:
    """A shard of ellipses in domains a and b, by the contract."""
    chance = np.random.default_rng(len(split))
    crop = CropSettings()
    rows = []
    for number in range(count):
        side = sides[number % len(sides)]
        image, mask, box = disc(chance, side)
        object_id = f"{number:02x}{len(split):02x}" + 28 * "7"
        boxes, size = np.array([box], np.int32), np.array([side])
        whole = windows.largest(boxes, size, size, crop)
        drawn, window = windows.random_windows([object_id], boxes, size, size, crop)
        x0, y0, x1, y1 = whole[0].tolist()
        row = dict.fromkeys(shard_schema().names, "x") | {
            "object_id": object_id,
            "image_id": f"photo {number // 2}",
            "split": split,
            "domain": "ab"[number % 2],
        }
        row |= {
            "image_height": side,
            "image_width": side,
            "area": int(mask.sum()),
            "flags": [],
            "weight": 1.0,
        }
        row |= {"match_score": 1.0, "licence": "CC0-1.0"}
        for name, each in (
            ("crop", whole),
            ("box", boxes - whole[0, [0, 1, 0, 1]]),
            ("drawn", drawn - whole[0, [0, 1, 0, 1]]),
        ):
            row |= {key: value[0].as_py() for key, value in windows.as_columns(each, name).items()}
        row |= {
            key: value[0].as_py()
            for key, value in windows.as_columns(window - whole[0, [0, 1, 0, 1]], "window").items()
        }
        row |= {
            "image": {"bytes": encode_webp(np.ascontiguousarray(image[y0:y1, x0:x1])), "path": ""}
        }
        rows.append(
            row
            | {"mask": {"bytes": encode_mask(np.ascontiguousarray(mask[y0:y1, x0:x1])), "path": ""}}
        )
    path = folder / f"split={split}" / "part-00000.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=shard_schema()), path, row_group_size=8)
    return [
        ShardFile(
            str(path.relative_to(folder)), split, count, path.stat().st_size, "", {"CC0-1.0": count}
        )
    ]


@pytest.fixture
def build_folder(tmp_path: Path) -> Callable[..., Settings]:
    """Makes shards of so many ellipses a split, and the settings that train on them."""

    def make(train: dict[str, object], counts: dict[str, int]) -> Settings:
        folder = tmp_path / "build" / "shard"
        files = [
            file for split, count in counts.items() for file in write_shards(folder, split, count)
        ]
        listed = manifest(files, CropSettings(), "")
        (folder / "manifest.json").write_text(json.dumps(msgspec.to_builtins(listed)))
        return Settings.model_validate(
            {
                "build": str(UPath(tmp_path / "build")),
                "exports": [
                    {
                        "name": "e",
                        "path": "e",
                        "format": "coco",
                        "customer": "c",
                        "domain": "a",
                        "licence": "CC0-1.0",
                    }
                ],
                "licences": {"allow": ["CC0-1.0"]},
                "train": train,
            }
        )

    return make
