"""How many wrong annotations are found: masks of a build, some spoiled by code, are judged.

    python -m benchmarks.annotation_quality [--build build/demo] [--model base] [--share 0.05]

The train masks of a build are spoiled in their whole images, `--share` of them, each way in turn.
Then they go through the same code as ever: crops are cut, the model is asked, and judging learns
from spoiled copies of what it is given, without knowing what is spoiled already. Only objects of
`--images` images are taken.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.columns import with_column
from benchmarks.shared.timing import report
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from curate.seeded import generator
from curate.settings import Settings
from curate.shards.manifest import make_manifest
from curate.stages.shard import shard_partition
from curate.storage import read_partitions, read_table, write_json
from model.annotations.quality import judge_annotations
from model.annotations.spoiled_or_sound import rank_area
from model.annotations.spoiling import Spoiling, spoil
from model.checkpoint import checkpoint_path

LEAST_RANK_AREA = 0.9
LEAST_TRUE = 0.8
_TOP = 0.01
_BOX = ("x0", "y0", "x1", "y1")


def main() -> None:
    """Spoil, judge, and compare with what was spoiled."""
    parser = argument_parser(__doc__)
    parser.add_argument("--build", default="build/demo")
    parser.add_argument("--model", default="base")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)

    segments = train_rows(UPath(asked.build), asked.images)
    spoiled, kinds = spoil_rows(segments, asked.share, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = make_build(Path(folder), spoiled, asked.model, asked.copies)
        judge_annotations(settings, print)
        path = UPath(settings.build) / "quality" / "annotations.parquet"
        judged = read_table(path)
    _report(judged, kinds, asked.share)


def train_rows(build: UPath, images: int) -> pa.Table:
    """The rows of the first so many images of the train split."""
    parts = read_partitions(build / "balance" / "segments")
    rows = pa.concat_tables(list(parts))
    is_train = pc.equal(rows["split"], "train")
    train = rows.filter(is_train)

    image_ids = sorted(set(train["image_id"].to_pylist()))
    first = pa.array(image_ids[:images])
    is_taken = pc.is_in(train["image_id"], first)
    return train.filter(is_taken)


def spoil_rows(
    rows: pa.Table, share: float, seed: int
) -> tuple[pa.Table, dict[str, Spoiling]]:
    """The rows with a share of their masks spoiled, and how, by object_id."""
    object_ids = rows["object_id"].to_pylist()
    images = rows["image_id"].to_pylist()
    rows_of_image: dict[str, list[int]] = {}
    for row, image in enumerate(images):
        rows_of_image.setdefault(image, []).append(row)

    rng = generator(seed)
    wanted = round(share * len(rows))
    ways = list(Spoiling)
    changed: dict[int, Mask] = {}
    kinds: dict[str, Spoiling] = {}
    for row in rng.permutation(len(rows)).tolist():
        if len(changed) == wanted:
            break

        # The ways take turns. Not every mask can be spoiled in every way.
        kind = ways[len(changed) % len(ways)]
        others = [other for other in rows_of_image[images[row]] if other != row]
        other_masks = [mask_of(rows, other) for other in others]
        mask = spoil(kind, mask_of(rows, row), other_masks, rng)
        if mask is not None:
            changed[row] = mask
            kinds[object_ids[row]] = kind
    return with_masks(rows, changed), kinds


def mask_of(rows: pa.Table, row: int) -> Mask:
    """The mask of a row in its whole image."""
    height = rows["image_height"][row].as_py()
    width = rows["image_width"][row].as_py()
    counts = rows["counts"][row].as_py()
    return masks.decode(run_lengths.parse(counts, height, width))


def with_masks(rows: pa.Table, changed: dict[int, Mask]) -> pa.Table:
    """The rows with other masks at some places."""
    box_columns = [f"box_{side}" for side in _BOX]
    columns = {}
    for name in ("counts", "area", *box_columns):
        columns[name] = rows[name].to_pylist()

    for row, mask in changed.items():
        runs = masks.encode(mask)
        columns["counts"][row] = run_lengths.compress(runs)
        columns["area"][row] = masks.area(runs)
        for name, place in zip(box_columns, masks.box(runs), strict=True):
            columns[name][row] = place

    for name, values in columns.items():
        rows = with_column(rows, name, values)
    return rows


def make_build(folder: Path, rows: pa.Table, model: str, copies: int) -> Settings:
    """A build of the train rows alone with a model; its settings."""
    settings = Settings.model_validate(
        {
            "build": str(folder),
            "exports": list(_exports(rows)),
            "licences": {"allow": sorted(set(rows["licence"].to_pylist()))},
            "quality": {"copies": copies},
        }
    )
    shard = UPath(folder) / "shard"
    made = shard_partition(rows, shard, "part-00000.parquet", settings.crop, Limits())
    write_json(shard / "manifest.json", make_manifest(made.files, settings.crop, ""))
    (folder / "train").mkdir()
    shutil.copy(checkpoint_path(model), folder / "train" / "model.safetensors")
    return settings


def _exports(rows: pa.Table) -> Iterator[dict[str, str]]:
    """What the settings must say of the exports; nothing reads them here."""
    for name in sorted(set(rows["export"].to_pylist())):
        yield {
            "name": name,
            "path": name,
            "format": "coco",
            "customer": name,
            "domain": name,
            "licence": "CC0-1.0",
        }


def _report(judged: pa.Table, kinds: dict[str, Spoiling], share: float) -> None:
    """Print how many are found, by kind and at the head of the list."""
    object_ids = judged["object_id"].to_pylist()
    quality = judged["annotation_quality"].to_numpy()
    of_row = np.array([str(kinds.get(each, "")) for each in object_ids])
    is_spoiled = of_row != ""
    sound = int(np.count_nonzero(~is_spoiled))

    # Each kind against all sound masks.
    areas = {}
    lines = []
    for kind in Spoiling:
        is_kind = of_row == kind
        number = int(np.count_nonzero(is_kind))
        if number == 0:
            continue
        taken = is_kind | ~is_spoiled
        area = rank_area(quality[taken], is_kind[taken])
        areas[str(kind)] = area
        margin = _margin(area, number, sound)
        lines.append(
            f"{kind}: {number} of {len(quality):,} masks, AUROC {area:.3f} ± {margin:.3f} "
            f"(≥ {LEAST_RANK_AREA})"
        )
    everything = rank_area(quality, is_spoiled)
    true = _share_at_head(quality, is_spoiled)
    lines.append(f"all kinds: AUROC {everything:.3f}")
    lines.append(
        f"the worst {_TOP:.0%} of the list: {true:.0%} are spoiled (≥ {LEAST_TRUE:.0%}), "
        f"of {share:.0%} in all"
    )
    report("annotation_quality", lines, {"rank_area": areas, "true_at_head": true})


def _margin(area: float, spoiled: int, sound: int) -> float:
    """How far an AUROC of so many masks may be from the true one, in 95% of all draws.

    1.96 standard errors by Hanley and McNeil (1982), The Meaning and Use of the Area under a ROC
    Curve.
    """
    two_spoiled = area / (2 - area)
    two_sound = 2 * area**2 / (1 + area)
    variance = area * (1 - area)
    variance += (spoiled - 1) * (two_spoiled - area**2)
    variance += (sound - 1) * (two_sound - area**2)
    return 1.96 * math.sqrt(variance / (spoiled * sound))


def _share_at_head(
    quality: NDArray[np.float64], is_spoiled: NDArray[np.bool_]
) -> float:
    """The share of spoiled masks among the worst hundredth."""
    number = max(1, round(_TOP * len(quality)))
    worst = np.argsort(quality, kind="stable")[:number]
    return float(is_spoiled[worst].mean())


if __name__ == "__main__":
    main()
