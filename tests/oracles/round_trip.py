"""An export that a tool's own library writes, read back by ingest and compared with what is due."""

import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from tests.curate.formats.reading import ReadBack, read_back
from tests.oracles.writers.known import Expected, read_due

WRITERS = Path(__file__).parent / "writers"
ENVIRONMENTS = Path(__file__).parents[2] / "build" / "oracles"
_SECONDS = 300  # in which a tool has written all its formats

Named = tuple[str, str]
"""The name of a picture, and a label."""


@dataclass(frozen=True)
class Trip:
    """What a tool writes, and how it is read."""

    tool: str
    """Names the writer and its environment."""
    written: str
    """The tool's format, as the writer names it."""
    read_as: str
    """Our format."""
    least_iou: float = 1.0
    """Of each object, with the tool's own mask of it."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the export."""
    regions: bool = False
    """Whether the format knows classes alone, so that an object is a connected region."""
    labelled: bool = True
    """Whether the format has labels; else the export's name is the label."""
    reasons: dict[str, int | None] = field(default_factory=dict)
    """What is dropped."""

    def __str__(self) -> str:
        return f"{self.tool}-{self.written}"


@dataclass(frozen=True)
class Pair:
    """A mask that is due, and the one that was read for it; one of them may be missing."""

    named: Named
    due: Mask | None
    read: Mask | None


@cache
def written_by(tool: str, scratch: Path) -> Path:
    """The folder of all that a tool writes; the test is skipped where the tool is not installed."""
    python = ENVIRONMENTS / tool / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{tool} is not installed: make build/oracles/{tool}/made")
    folder = scratch / tool
    command = [str(python), str(WRITERS / f"{tool}_writer.py"), str(folder)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return folder


def travel(trip: Trip, scratch: Path) -> list[Pair]:
    """What was due of an export, and what came back, after a look at what was dropped.

    `scratch`: a folder for what the tools write; each writes once.
    """
    folder = written_by(trip.tool, scratch) / trip.written
    back = read_back(folder / "export", trip.read_as, **trip.settings)
    assert back.reasons == trip.reasons, back.drops.to_pylist()
    due = read_due(folder)
    if not trip.labelled:
        due = [(name, "test", mask) for name, _, mask in due]
    if trip.regions:
        due = connected(due)
    return pairs(due, back)


def connected(due: Sequence[Expected]) -> list[Expected]:
    """The 8-connected regions of all masks of a label together."""
    together: dict[Named, Mask] = {}
    for name, label, mask in due:
        together[name, label] = mask | together.get((name, label), False)
    regions = []
    for (name, label), mask in together.items():
        numbered, count = ndimage.label(mask, np.ones((3, 3)))
        regions += [(name, label, numbered == each + 1) for each in range(count)]
    return regions


def pairs(due: Sequence[Expected], back: ReadBack) -> list[Pair]:
    """Each due mask takes the most like of those read with its label; one takes none twice."""
    read: dict[Named, list[Mask]] = defaultdict(list)
    for row in back.rows:
        runs = run_lengths.parse(row["counts"], row["image_height"], row["image_width"])
        name = Path(row["image_path"]).name.replace("_leftImg8bit", "")
        read[name, row["label"]].append(masks.decode(runs))

    found = []
    for name, label, mask in due:
        candidates = read[name, label]
        likeness = [_iou(mask, each) for each in candidates]
        best = max(likeness, default=0.0)
        taken = candidates.pop(likeness.index(best)) if best > 0 else None
        found.append(Pair((name, label), mask, taken))
    for named, left in read.items():
        found += [Pair(named, None, mask) for mask in left]
    return found


def iou(pair: Pair) -> float:
    """The share of both masks that is common; 0 if one is missing."""
    if pair.due is None or pair.read is None:
        return 0.0
    return _iou(pair.due, pair.read)


def _iou(one: Mask, other: Mask) -> float:
    if one.shape != other.shape:
        return 0.0
    return float((one & other).sum() / (one | other).sum())


def far_off(pair: Pair) -> float:
    """The px that differ and are more than one px from the outline, as a share of the due ones."""
    assert pair.due is not None
    assert pair.read is not None
    near = np.ones((3, 3))
    inner = ndimage.binary_erosion(pair.due, near)
    outer = ndimage.binary_dilation(pair.due, near)
    wrong = (inner & ~pair.read) | (pair.read & ~outer)
    return float(wrong.sum() / pair.due.sum())
