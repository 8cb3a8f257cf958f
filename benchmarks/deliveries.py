"""Are deliveries with wrong masks held back, and no honest ones?

    python -m benchmarks.deliveries [--build build/demo] [--model base] [--objects 60]

Some train masks of each export of a build are looked at: as they are, and moved by code, as broken
tools move them. Then each export in turn is a new delivery beside all the others. As
it is, it should be let be, however different its domain; moved, it should be held back. An export
of too few images is only looked at as it is, and is not judged. Nearly all of the time goes to
asking the model about each mask and a spoiled copy of it, each three times. A copy can be made of
some two thirds of the masks, and 30 copies of an export are needed to judge it.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from upath import UPath

from benchmarks.shared.annotators import shifted
from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.deliveries import at_most
from benchmarks.shared.spoiled_builds import make_build, mask_of, train_rows, with_masks
from benchmarks.shared.timing import report
from curate.pixels.masks import Mask
from curate.shards.reader import Shards, open_shards
from model.annotations.asking import asking
from model.annotations.covers import Covers
from model.annotations.judged_deliveries import judge_deliveries
from model.annotations.judging import (
    Looks,
    SpoiledCopies,
    own_looks,
    spoiled_copies,
)
from model.annotations.report import DeliveryQuality
from model.checkpoint import checkpoint_path, load_checkpoint
from model.evaluation.intervals import LEAST_IMAGES


def _moved(mask: Mask, right: int) -> Mask:
    """A mask moved to the right, px; what leaves the image is cut off, unless that is all."""
    moved = cv2.warpAffine(
        mask.astype(np.uint8),
        np.array([[1, 0, right], [0, 1, 0]], np.float64),
        (mask.shape[1], mask.shape[0]),
        flags=cv2.INTER_NEAREST,
    )
    if not moved.any():
        return mask
    return moved > 0


FAULTS: dict[str, Callable[[Mask], Mask]] = {
    "4 px right": partial(_moved, right=4),
    "10% right and down": partial(shifted, share=0.1),
    "20% right and down": partial(shifted, share=0.2),
}
"""What a broken tool does to each mask."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The masks of some exports, as they are or moved, and what is seen of them."""

    shards: Shards
    looks: Looks
    copies: SpoiledCopies


def main() -> None:
    """Look at all masks, judge each export, and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--build", default="build/demo")
    parser.add_argument("--model", default="base")
    parser.add_argument("--objects", type=int, default=60)
    asked = parser.parse_args()
    torch.set_num_threads(1)

    rows = at_most(train_rows(UPath(asked.build), 1_000_000), "export", asked.objects)
    exports = exports_of(rows)
    large = [export for export in exports if is_large(rows, export)]
    print(f"{len(rows)} masks of {len(exports)} exports; {len(large)} can be judged")
    if not large:
        raise SystemExit("no export has images enough to be judged: raise --objects")

    sound = seen(rows, asked.model)
    found = {}
    found["as it is"] = [judged(sound, export) for export in large]
    print(_counts("as it is", found["as it is"]), flush=True)

    of_large = rows.filter(pc.is_in(rows["export"], pa.array(large)))
    for name, fault in FAULTS.items():
        masks = {row: fault(mask_of(of_large, row)) for row in range(len(of_large))}
        wrong = seen(with_masks(of_large, masks), asked.model)
        found[name] = [judged(mixed(sound, wrong, export), export) for export in large]
        print(_counts(name, found[name]), flush=True)

    lines = []
    for name, deliveries in found.items():
        lines.append(_counts(name, deliveries))
        lines += [f"  {each.export}: {each.found}" for each in deliveries]
    report("deliveries", lines, found)


def _counts(name: str, deliveries: Sequence[DeliveryQuality]) -> str:
    """How many of the deliveries with a fault, or without one, are held back."""
    could = [each for each in deliveries if each.wrong is not None]
    held = sum(each.is_held for each in could)
    unjudged = len(deliveries) - len(could)
    return f"{name}: {held} of {len(could)} deliveries held back, {unjudged} not judged"


def is_large(rows: pa.Table, export: str) -> bool:
    """Whether an export has images enough to be judged as a delivery."""
    own = rows.filter(pc.equal(rows["export"], export))
    return len(set(own["image_id"].to_pylist())) >= LEAST_IMAGES


def exports_of(rows: pa.Table) -> list[str]:
    """The names of the exports, sorted."""
    return sorted(set(rows["export"].to_pylist()))


def seen(rows: pa.Table, model: str) -> Seen:
    """Look at all rows, and at a spoiled copy of each."""
    network, _ = load_checkpoint(checkpoint_path(model))
    with tempfile.TemporaryDirectory() as folder:
        settings = make_build(Path(folder), rows, model, copies=50)
        shards = open_shards(UPath(folder) / "shard", "train")
        every = range(len(shards))
        covers = Covers(shards, every)
        asks = asking(network, settings)
        looks = own_looks(asks, covers, every, print)
        copies = spoiled_copies(asks, covers, every, len(shards), 0, print)
    return Seen(shards, looks, copies)


def mixed(sound: Seen, wrong: Seen, export: str) -> Seen:
    """All exports as they are, but one as it is wrong."""
    ids = sound.shards.table["object_id"].to_pylist()
    row_of = {each: row for row, each in enumerate(ids)}
    rows = np.array(
        [row_of[each] for each in wrong.shards.table["object_id"].to_pylist()]
    )
    is_wrong = np.array(sound.shards.table["export"].to_pylist()) == export
    taken = is_wrong[rows]

    signs = sound.looks.signs.copy()
    moves = sound.looks.moves.copy()
    signs[rows[taken]] = wrong.looks.signs[taken]
    moves[rows[taken]] = wrong.looks.moves[taken]

    copied = rows[wrong.copies.rows]
    kept = np.flatnonzero(~is_wrong[sound.copies.rows])
    new = np.flatnonzero(is_wrong[copied])
    kinds = [sound.copies.kinds[place] for place in kept.tolist()]
    kinds += [wrong.copies.kinds[place] for place in new.tolist()]
    copies = SpoiledCopies(
        rows=np.concatenate([sound.copies.rows[kept], copied[new]]),
        kinds=kinds,
        signs=np.concatenate([sound.copies.signs[kept], wrong.copies.signs[new]]),
    )
    return Seen(sound.shards, Looks(signs, moves), copies)


def judged(found: Seen, export: str) -> DeliveryQuality:
    """An export as a new delivery beside all the others."""
    table = found.shards.table
    is_new = np.array(table["export"].to_pylist()) == export
    [delivery] = judge_deliveries(found.shards, found.looks, found.copies, is_new, 0)
    return delivery


if __name__ == "__main__":
    main()
