"""Pictures and mask files that cannot be decoded, lie about themselves, or take too much."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from curate.limits import Limits
from curate.reasons import Reason
from tests.curate.formats.pictures import Picture, save_values
from tests.curate.stages.bad_input.case import (
    HEIGHT,
    WIDTH,
    BadInput,
    Change,
    lost_picture,
    no_change,
)

Edit = Callable[[bytes], bytes]
_SIDE = 20_000  # px: 400 megapixels


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def _bomb(_: bytes) -> bytes:
    """A PNG of 400 megapixels in some 50 kB, whole and sound."""
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 1, 0, 0, 0, 0)
    packed = zlib.compress(bytes(_SIDE * (1 + _SIDE // 8)), 9)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", packed),
            _chunk(b"IEND", b""),
        )
    )


def _with_false_size(data: bytes) -> bytes:
    """A PNG that says it has far more px than it holds."""
    header = struct.pack(">II", 9_000, 9_000) + data[24:29]
    return data[:8] + _chunk(b"IHDR", header) + data[33:]


def _with_flipped_byte(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2] ^= 0xFF
    return bytes(changed)


def _saved(mode: str, file_format: str) -> Edit:
    """The picture in another mode and file format, under the same name."""

    def edit(data: bytes) -> bytes:
        file = io.BytesIO()
        with Image.open(io.BytesIO(data)) as picture:
            picture.convert("L").convert(mode).save(file, file_format)
        return file.getvalue()

    return edit


def _fractions(data: bytes) -> bytes:
    """The values as floating point, none of which is a whole number."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        values = np.asarray(picture, np.float32)
    Image.fromarray(values + np.float32(0.25)).save(file, "TIFF")
    return file.getvalue()


def _cut_jpeg(data: bytes) -> bytes:
    jpeg = _saved("RGB", "JPEG")(data)
    return jpeg[: len(jpeg) // 2]


def _image(edit: Edit) -> Change:
    """The dog's picture has other bytes."""

    def change(root: Path) -> None:
        (file,) = [
            path for path in root.rglob("bad.png") if path.parent.name != "masks"
        ]
        file.write_bytes(edit(file.read_bytes()))

    return change


def _mask(edit: Edit) -> Change:
    """The dog's mask file has other bytes."""

    def change(root: Path) -> None:
        file = root / "masks" / "bad.png"
        file.write_bytes(edit(file.read_bytes()))

    return change


_PICTURES: tuple[tuple[str, Edit, Reason], ...] = (
    ("empty", lambda _: b"", Reason.UNDECODABLE_IMAGE),
    ("a page", lambda _: b"<html>not found</html>", Reason.UNDECODABLE_IMAGE),
    ("a PNG with a broken byte", _with_flipped_byte, Reason.UNDECODABLE_IMAGE),
    ("a PNG that ends early", lambda data: data[:-40], Reason.TRUNCATED_IMAGE),
    ("a JPEG that ends early", _cut_jpeg, Reason.TRUNCATED_IMAGE),
    ("a bomb", _bomb, Reason.IMAGE_BOMB),
    ("of a false size", _with_false_size, Reason.UNDECODABLE_IMAGE),
    ("of floating point", _saved("F", "TIFF"), Reason.UNSUPPORTED_IMAGE),
)
_MASKS: tuple[tuple[str, Edit], ...] = (
    ("empty", lambda _: b""),
    ("a page", lambda _: b"<html>"),
    ("a PNG with a broken byte", _with_flipped_byte),
    ("a PNG that ends early", lambda data: data[: len(data) // 2]),
    ("a bomb", _bomb),
    ("of a false size", _with_false_size),
    ("of fractions", _fractions),
)


def _without_its_mask(root: Path) -> None:
    """A list of the export names a picture whose mask file is not there."""
    (root / "masks" / "bad.png").unlink()
    listed = root / "ImageSets" / "Segmentation"
    listed.mkdir(parents=True)
    (listed / "train.txt").write_text("good\nbad\n")


def _of_another_size(root: Path) -> None:
    save_values(root / "masks" / "bad.png", np.full((WIDTH, HEIGHT), 2))


def _with_an_unlisted_value(root: Path) -> None:
    values = np.zeros((HEIGHT, WIDTH))
    values[4:9, 4:9] = 7
    values[20:40, 20:40] = 2
    save_values(root / "masks" / "bad.png", values)


def _colours(root: Path, *, blended: bool = False) -> Path:
    """An export of one colour mask: a cat in red, a dog in green, px between and a foreign one."""
    folder = root / "colours"
    Picture("images/1.png", HEIGHT, WIDTH).save(folder)
    (folder / "classes.csv").write_text(
        "name,r,g,b\nbackground,0,0,0\ncat,200,0,0\ndog,0,200,0\n"
    )
    values = np.zeros((HEIGHT, WIDTH, 3))
    values[10:30, 10:30, 0] = 200
    values[10:30, 40:50, 1] = 200
    if blended:
        values[10:30, 10:12, 0] = 185
    values[40:44, 40:44] = (0, 0, 250)
    save_values(folder / "masks" / "1.png", values, "RGB")
    return folder


def _as_jpeg(root: Path) -> Path:
    folder = _colours(root)
    mask = folder / "masks" / "1.png"
    with Image.open(mask) as picture:
        picture.save(mask.with_suffix(".jpg"), quality=95, subsampling=0)
    mask.unlink()
    return folder


def _binary(root: Path) -> Path:
    """An export of one grey mask without a table: both ends, and a few px between."""
    folder = root / "binary"
    Picture("images/1.png", HEIGHT, WIDTH).save(folder)
    values = np.zeros((HEIGHT, WIDTH))
    values[10:30, 10:30] = 255
    values[9, 10:30] = 120
    values[30, 10:30] = 130
    save_values(folder / "masks" / "1.png", values)
    return folder


def _with_a_large_picture(root: Path) -> None:
    """The dog's picture has 100 megapixels, within the limit, and takes a second to decode."""
    picture = Image.new("RGB", (10_000, 10_000), (90, 80, 70))
    picture.save(root / "bad.png", compress_level=1)


_LARGE = (
    ("memory", Limits(child_bytes=100_000_000), Reason.IMAGE_BOMB),
    ("time", Limits(child_seconds=0.2), Reason.UNDECODABLE_IMAGE),
)

CASES = [
    *(
        lost_picture(f"a picture that is {what}", _image(edit), reason, format_)
        for format_ in ("coco", "labelmap")
        for what, edit, reason in _PICTURES
    ),
    *(
        lost_picture(
            f"a mask file that is {what}",
            _mask(edit),
            Reason.UNDECODABLE_MASK,
            "labelmap",
        )
        for what, edit in _MASKS
    ),
    BadInput(
        "pictures of more px than the limit",
        no_change,
        {Reason.IMAGE_BOMB: 3},
        survivors=(),
        limits=Limits(image_pixels=HEIGHT * WIDTH - 1),
    ),
    lost_picture(
        "a picture of more bytes than the limit",
        _image(lambda data: data + bytes(100_000)),
        Reason.OVER_LIMIT,
        limits=Limits(file_bytes=90_000),
    ),
    *(
        lost_picture(
            f"a picture that takes too much {what}",
            _with_a_large_picture,
            reason,
            limits=limits,
        )
        for what, limits, reason in _LARGE
    ),
    lost_picture(
        "a mask file that is not there",
        _without_its_mask,
        Reason.MISSING_MASK,
        "labelmap",
    ),
    lost_picture(
        "a mask file of another size",
        _of_another_size,
        Reason.MASK_SIZE_MISMATCH,
        "labelmap",
    ),
    BadInput(
        "a mask value of no listed class",
        _with_an_unlisted_value,
        {Reason.UNKNOWN_CLASS: 1},
        "labelmap",
        survivors=("cat", "dog"),
    ),
    BadInput(
        "a colour of no listed class",
        _colours,
        {Reason.UNKNOWN_CLASS: 1},
        "colormap",
        survivors=("cat", "dog"),
    ),
    BadInput(
        "colours that are blended",
        partial(_colours, blended=True),
        {Reason.UNKNOWN_CLASS: 1},
        "colormap",
        survivors=("cat", "dog"),
        flags=("blended",),
    ),
    BadInput(
        "colours in a JPEG",
        _as_jpeg,
        {Reason.UNKNOWN_CLASS: 1},
        "colormap",
        survivors=("cat", "dog"),
        flags=("jpeg_mask",),
    ),
    BadInput("grey without a table", _binary, {}, "labelmap", survivors=("test",)),
]
