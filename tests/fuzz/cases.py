"""A case of the fuzzer: a sample, its damages, and what must hold of whatever comes of them."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curate import formats
from curate.errors import InputError
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.pixels.images import MAX_WEBP_SIDE
from curate.pixels.turbojpeg_library import library_file
from curate.reasons import Refusal
from curate.records import Box
from curate.stages import cutting
from curate.stages.crop_encoding import CropRequest
from tests.curate.formats.reading import ReadBack, read_back
from tests.fuzz.damage import DAMAGES, WEIGHTS, changed_settings
from tests.fuzz.samples import Sample

CASE_SECONDS = 600.0
"""The longest that a case may take; the child is stopped much earlier.

Most take a thirtieth of a second, but on a machine with much else to do all of them take longer.
"""

FILLINGS = (
    "85",
    "170",
)  # what fresh memory holds in the two children, bit by bit opposite

# Shares of the cases that are read in both children, with other settings, as another format.
_TWICE = 0.25
_OTHER_SETTINGS = 0.3
_OTHER_FORMAT = 0.05

Damage = tuple[str, int]
"""A way to damage an export, and the seed of what it draws."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sample and its damages; `str` of it is what `read_case` reads."""

    sample: str
    damages: tuple[Damage, ...]

    def __str__(self) -> str:
        return " ".join([self.sample, *(f"{way}:{seed}" for way, seed in self.damages)])


def read_case(text: str) -> Case:
    """The case that a line names, such as `coco/TestCoco cut:17 json:4`."""
    sample, *words = text.split()
    pairs = [word.split(":") for word in words]
    return Case(sample, tuple((way, int(seed)) for way, seed in pairs))


def drawn_case(samples: Sequence[Sample], rng: random.Random) -> Case:
    """A case of one to four damages, of any format as often as of any other."""
    formats = sorted({sample.format for sample in samples})
    chosen = rng.choice(formats)
    sample = rng.choice([each for each in samples if each.format == chosen])

    weights = [WEIGHTS.get(way, 1) for way in DAMAGES]
    ways = rng.choices(list(DAMAGES), weights, k=rng.choice((1, 1, 1, 2, 2, 4)))
    return Case(sample.name, tuple((way, rng.randrange(2**32)) for way in ways))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case: None if the user is told that it is no export of its format."""

    objects: int
    reasons: frozenset[str]
    seconds: float


def run(case: Case, sample: Sample, folder: Path) -> Outcome | None:
    """Damage the sample and read it in `folder`, where it stays.

    AssertionError if what comes of it is not as it must be; any other exception is a failure, too.
    """
    rng = random.Random(str(case))
    files = dict(sample.files)
    for way, seed in case.damages:
        if files:
            DAMAGES[way](files, random.Random(seed))
    settings = sample.settings
    if case.damages and rng.random() < _OTHER_SETTINGS:
        settings = changed_settings(settings, rng)
    format_ = sample.format
    if case.damages and rng.random() < _OTHER_FORMAT:
        format_ = rng.choice(formats.names())
        settings = {}

    root = folder / "export"
    write(files, root)
    if sample.archive:
        root = root / sample.archive
    start = time.monotonic()
    with at_most(CASE_SECONDS):
        outcome = _read(root, format_, settings, twice=rng.random() < _TWICE)
    if outcome is None:
        return None
    return Outcome(
        outcome.segments.num_rows, frozenset(outcome.reasons), time.monotonic() - start
    )


def write(files: dict[str, bytes], root: Path) -> None:
    """Make `root` a folder of these files and no others."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _read(
    root: Path, format_: str, settings: dict[str, Any], *, twice: bool
) -> ReadBack | None:
    """Read an export through ingest and check it; `twice`: in both children."""
    fillings = FILLINGS
    if not twice:
        fillings = FILLINGS[:1]

    outcomes = []
    for filling in fillings:
        try:
            outcomes.append(_read_once(root, format_, settings, filling))
        except InputError:
            return None

    first = outcomes[0]
    rows = first.rows
    for row in rows:
        check_row(row)
    ids = [row["object_id"] for row in rows]
    assert len(set(ids)) == len(ids), "two objects have one id"
    if twice:
        second = outcomes[1]
        assert first.segments.equals(second.segments), "objects hold memory's own bytes"
        assert first.drops.equals(second.drops), "drops hold memory's own bytes"
        _check_crops(first)
    return first


def _read_once(
    root: Path, format_: str, settings: dict[str, Any], filling: str
) -> ReadBack:
    scratch = root.parent / f"{root.name}.scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    with memory_filled_with(filling):
        return read_back(root, format_, limits=limits_of(filling), **settings)


def limits_of(filling: str) -> Limits:
    """Limits that give each filling a child of its own."""
    return Limits(
        child_bytes=600_000_000 + int(filling),
        image_pixels=20_000_000,
        archive_bytes=100_000_000,
    )


def check_row(row: dict[str, Any]) -> None:
    """A row's mask has the image's size, and is what box and area say."""
    runs = run_lengths.parse(row["counts"], row["image_height"], row["image_width"])
    sides = [row[f"box_{side}"] for side in Box._fields]
    in_box = masks.decode_window(runs, Box(*sides))

    # All px of the mask are in the box, and some of them are at each of its sides. The whole
    # frame is not decoded: for large pictures that would take most of the fuzzer's time.
    pixels = runs.counts[1::2].sum()
    assert pixels == np.count_nonzero(in_box) == row["area"] > 0
    assert in_box[0].any()
    assert in_box[-1].any()
    assert in_box[:, 0].any()
    assert in_box[:, -1].any()
    assert len(row["label"]) <= Limits().label_characters
    assert len(row["annotation_key"]) > 0


def _check_crops(back: ReadBack) -> None:
    """The whole image of each object is cut, or refused, alike in both children."""
    known = set()
    for row in back.rows:
        if row["image_file"] in known:
            continue
        known.add(row["image_file"])
        # Shard refuses longer crops before it asks for them.
        width = min(row["image_width"], MAX_WEBP_SIDE)
        whole = Box(0, 0, width, min(row["image_height"], MAX_WEBP_SIDE))
        data = Path(row["image_file"]).read_bytes()
        photo = cutting.PhotoFile(data, row["image_id"], 0, library_file())
        request = CropRequest(whole, row["counts"])
        crops = [_cut(photo, request, filling) for filling in FILLINGS]
        assert crops[0] == crops[1], "a crop holds memory's own bytes"


def _cut(photo: cutting.PhotoFile, request: CropRequest, filling: str) -> list[Any]:
    try:
        with memory_filled_with(filling):
            return cutting.cut_crops(photo, [request], limits_of(filling))
    except Refusal as refusal:
        return [refusal.reason, refusal.detail]


@contextmanager
def memory_filled_with(filling: str) -> Iterator[None]:
    """Have a child that starts now find this byte in all memory that it is given (glibc)."""
    before = os.environ.get("MALLOC_PERTURB_")
    os.environ["MALLOC_PERTURB_"] = filling
    try:
        yield
    finally:
        del os.environ["MALLOC_PERTURB_"]
        if before is not None:
            os.environ["MALLOC_PERTURB_"] = before


class Hung(BaseException):
    """A case took longer than it may. No `Exception`, so that nothing takes it for its own."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise Hung in what takes longer. Only in a process's main thread."""

    def stop(*_: object) -> None:
        raise Hung(f"longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
