"""Tables as ingest writes them, of objects that nobody has drawn: any number of them.

An image has five objects on average, and two thirds of the images are street scenes, in videos. One
image in ten is a copy of another: of five copies four were saved anew, so that their bytes differ
and their thumbnails hardly, and one is the very file. One picture in ten is black, and one in ten
shows so little that noise decides its hash.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.export_settings import ExportSettings
from curate.pixels.probing import THUMBNAIL_SIZE
from curate.stages import ingest

OBJECTS_PER_IMAGE = 5

_IMAGES_PER_PARTITION = 200
_DOMAINS = ["street"] * 8 + ["shop", "home", "farm", "workshop"]
_IMAGES_PER_VIDEO = 20
_SIDES = ("x0", "y0", "x1", "y1")
_RUN_LENGTHS = np.array([chr(code) for code in range(48, 112)])
"""The characters of COCO's compressed run-lengths."""

_USUAL_CONTRAST = 60.0
_CONTRASTS = {1: 0.0, 2: 3.0}
"""Contrasts of pictures that are black, or show next to nothing, by the tens of their number."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MadeTables:
    """How many images there are, and the labels that their objects have."""

    images: int
    labels: list[str]

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return -(-self.images // _IMAGES_PER_PARTITION)


def made_exports() -> list[ExportSettings]:
    """The exports of the tables; each is of a customer of its own."""
    exports = []
    for number, domain in enumerate(_DOMAINS):
        export = ExportSettings(
            name=f"export-{number}",
            path=".",
            format="coco",
            customer=f"customer-{number}",
            domain=domain,
            licence="benchmark",
        )
        exports.append(export)
    return exports


def make_partition(made: MadeTables, partition: int) -> pa.Table:
    """The objects of one partition: a table with the columns `ingest.ADDS`."""
    first = partition * _IMAGES_PER_PARTITION
    last = min(first + _IMAGES_PER_PARTITION, made.images)
    images = np.arange(first, last)

    # Partitions of one export follow each other.
    exports = made_exports()
    export = exports[partition * len(exports) // made.partitions]

    # For each object, the place of its image in the partition.
    rng = np.random.default_rng(partition)
    number_of_objects = rng.geometric(1 / OBJECTS_PER_IMAGE, len(images))
    image_of = np.repeat(np.arange(len(images)), number_of_objects)
    objects = len(image_of)

    columns: dict[str, object] = {}
    for name, values in _image_columns(images, export).items():
        columns[name] = values[image_of]
    columns |= _object_columns(rng, made.labels, partition, objects)
    columns |= _equal_columns(export, objects)

    arrays = [pa.array(columns[field.name], field.type) for field in ingest.ADDS]
    return pa.table(arrays, schema=ingest.ADDS)


def _image_columns(
    images: Numbers, export: ExportSettings
) -> dict[str, NDArray[np.generic]]:
    """What describes each image."""
    files = _files(images)
    thumbnails = np.stack([_thumbnail(file) for file in files.tolist()])
    videos = np.full(len(images), "")
    if export.domain == "street":
        videos = (images // _IMAGES_PER_VIDEO).astype(str)
    return {
        "image_id": _ids("image", files),
        "image_path": np.array([f"images/{image:08d}.jpg" for image in images]),
        "image_dhash": _difference_hashes(thumbnails),
        "image_thumbnail": np.array([each.tobytes() for each in thumbnails], object),
        "video": videos,
    }


def _files(images: Numbers) -> Numbers:
    """The number of the file of each image: an earlier one's, for exact copies."""
    is_copy = (images % 50 == 49) & (images > 50)
    return np.where(is_copy, images // 20 * 10, images)


def _thumbnail(file: int) -> NDArray[np.uint8]:
    """(height, width) grey levels of a file's picture."""
    # One file in ten shows what an earlier one shows.
    shown = file
    if file % 10 == 9 and file > 10:
        shown = file // 20 * 10

    # In each hundred, ten pictures are black and ten show next to nothing.
    ten_of_hundred = shown % 100 // 10
    contrast = _CONTRASTS.get(ten_of_hundred, _USUAL_CONTRAST)

    rng = np.random.default_rng(shown)
    width, height = THUMBNAIL_SIZE
    tones = rng.normal(110, contrast, (4, 6))
    coarse = np.kron(tones, np.ones((4, 3)))
    fine = rng.normal(0, contrast / 3, (height, width))
    picture = coarse + fine

    # A copy that was saved anew differs a little.
    if shown != file:
        own_rng = np.random.default_rng(file)
        picture += own_rng.normal(0, 0.5, (height, width))
    return picture.clip(0, 255).astype(np.uint8)


def _difference_hashes(thumbnails: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """(n,) hashes of (n, height, width) thumbnails, near those that a probe would take."""
    # Thumbnails at half their size: each px is the mean of four.
    number, height, width = thumbnails.shape
    half_height = height // 2
    half_width = width // 2
    fours = thumbnails.reshape(number, half_height, 2, half_width, 2)
    grey = fours.mean(axis=(2, 4))

    # A bit for each pair of neighbours in a row; 64 of them are a number.
    left = grey[:, :, :-1]
    right = grey[:, :, 1:]
    gets_brighter = right > left
    bits = gets_brighter.reshape(number, -1)
    packed = np.packbits(bits, axis=1)
    return packed.view(">u8").ravel().astype(np.uint64)


def _object_columns(
    rng: np.random.Generator, labels: list[str], partition: int, count: int
) -> dict[str, object]:
    """What describes each object."""
    corners = rng.integers(0, (1000, 500), (count, 2))
    sides = rng.integers(5, 200, (count, 2))
    boxes = np.hstack([corners, corners + sides])
    width, height = sides.T

    # Half of the objects have one of a few labels.
    skewed = rng.random(count) ** 3
    label_of = (len(labels) * skewed).astype(np.int64)
    runs = rng.choice(_RUN_LENGTHS, (count, 120))

    numbers = np.arange(count)
    keys = []
    flags: list[list[str]] = []
    for number in numbers.tolist():
        keys.append(f"instances.json#{partition}-{number}")
        own_flags = []
        if number % 7 == 0:
            own_flags.append("touches_edge")
        flags.append(own_flags)

    columns: dict[str, object] = {
        "object_id": _ids("object", partition * 10**6 + numbers),
        "label": np.array(labels)[label_of],
        "annotation_key": keys,
        "area": width * height // 2,
        "counts": ["".join(each) for each in runs.tolist()],
        "flags": flags,
        "attributes": [[]] * count,
    }
    for place, side in enumerate(_SIDES):
        columns[f"box_{side}"] = boxes[:, place]
    return columns


def _equal_columns(export: ExportSettings, count: int) -> dict[str, object]:
    """What all objects of an export have in common."""
    common = {
        "export": export.name,
        "customer": export.customer,
        "domain": export.domain,
        "role": export.role,
        "licence": export.licence,
        "scene": "partial",
        "object_source": "instance",
        "image_file": "images.tar",
        "image_height": 720,
        "image_width": 1280,
    }
    return {name: [value] * count for name, value in common.items()}


def _ids(kind: str, numbers: Numbers) -> NDArray[np.str_]:
    """An id of 32 hex digits for each number."""
    ids = []
    for number in numbers.tolist():
        name = f"{kind} {number}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        ids.append(digest[:32])
    return np.array(ids)
