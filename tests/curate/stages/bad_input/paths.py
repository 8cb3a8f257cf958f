"""Paths and links that lead out of the export, and pictures that are not where they should be."""

import os
from pathlib import Path

from curate.limits import Limits
from curate.reasons import Reason
from tests.curate.formats.pictures import Picture
from tests.curate.stages.bad_input.case import (
    ALL,
    HEIGHT,
    WIDTH,
    BadInput,
    Change,
    coco_document,
    dogs_picture,
    image,
    lost_picture,
    with_document,
)

_ELSEWHERE = (
    "/etc/{}",
    "/data/of/another/machine/{}",
    "C:\\Users\\me\\{}",
    "\\\\server\\share\\{}",
    "../../../{}",
    "a/../../../{}",
    "http://127.0.0.1:9/images/{}?size=1",
    "s3://bucket/{}",
    "file:///etc/{}",
)


def _picture_of(root: Path) -> Path:
    """The dog's picture, wherever it is."""
    for name in ("bad.png", "images/bad.png"):
        if (root / name).exists():
            return root / name
    raise AssertionError("no picture")


def _outside(root: Path) -> Path:
    """The dog's picture, moved to beside the export."""
    target = root.with_name("outside.png")
    _picture_of(root).rename(target)
    return target


def _linked_outside(root: Path) -> None:
    place = _picture_of(root)
    place.symlink_to(_outside(root))


def _linked_to_nothing(root: Path) -> None:
    place = _picture_of(root)
    place.unlink()
    place.symlink_to("nowhere.png")


def _linked_inside(root: Path) -> None:
    place = _picture_of(root)
    (root / "pool").mkdir()
    place.rename(root / "pool" / "blob")
    place.symlink_to(os.path.relpath(root / "pool" / "blob", place.parent))


def _linked_to_itself(root: Path) -> None:
    place = _picture_of(root)
    place.unlink()
    place.symlink_to(place.name)


def _pipe(root: Path) -> None:
    place = _picture_of(root)
    place.unlink()
    os.mkfifo(place)


def _device(root: Path) -> None:
    place = _picture_of(root)
    place.unlink()
    place.symlink_to("/dev/zero")


def _gone(root: Path) -> None:
    _picture_of(root).unlink()


def _mask_linked_outside(root: Path) -> None:
    mask = root / "masks" / "bad.png"
    target = root.with_name("mask.png")
    mask.rename(target)
    mask.symlink_to(target)


def _document_linked_outside(root: Path) -> None:
    target = root.with_name("outside.json")
    target.write_bytes((root / "annotations.json").read_bytes())
    (root / "more.json").symlink_to(target)


def _under_two_folders(root: Path) -> None:
    for folder in ("one", "two"):
        Picture(f"{folder}/bad.png", HEIGHT, WIDTH).save(root)
    (root / "bad.png").unlink()


def _id_of_two_images(root: Path) -> None:
    document = coco_document(root)
    document["images"].append(image(2, "third.png"))
    with_document(root, document)
    Picture("third.png", HEIGHT, WIDTH).save(root)


_SPOILED: tuple[tuple[str, Change, Reason], ...] = (
    ("a picture that is a link to outside", _linked_outside, Reason.PATH_ESCAPE),
    ("a picture that is a link to nothing", _linked_to_nothing, Reason.PATH_ESCAPE),
    ("a picture that is a link to itself", _linked_to_itself, Reason.PATH_ESCAPE),
    ("a picture that is a pipe", _pipe, Reason.PATH_ESCAPE),
    ("a picture that is a device", _device, Reason.PATH_ESCAPE),
    ("a picture that is not there", _gone, Reason.MISSING_IMAGE),
)

CASES = [
    *(
        lost_picture(
            f"a path like {path}",
            dogs_picture(path.format("x.png")),
            Reason.PATH_ESCAPE,
        )
        for path in _ELSEWHERE
    ),
    *(
        BadInput(
            f"a path like {path} to a picture that is here",
            dogs_picture(path.format("bad.png")),
            {},
            survivors=ALL,
            flags=("image_by_name",),
        )
        for path in _ELSEWHERE
    ),
    *(lost_picture(what, change, reason) for what, change, reason in _SPOILED),
    *(
        lost_picture(what, change, reason, "labelmap")
        for what, change, reason in _SPOILED
    ),
    BadInput("a link that ends inside", _linked_inside, {}, survivors=ALL),
    BadInput(
        "a link to outside that the settings allow",
        _linked_outside,
        {},
        survivors=ALL,
        settings={"links": "follow"},
    ),
    BadInput(
        "a document that is a link to outside",
        _document_linked_outside,
        {Reason.PATH_ESCAPE: None},
        survivors=ALL,
    ),
    lost_picture(
        "a mask file that is a link to outside",
        _mask_linked_outside,
        Reason.PATH_ESCAPE,
        "labelmap",
    ),
    lost_picture(
        "two pictures of one name", _under_two_folders, Reason.AMBIGUOUS_IMAGE
    ),
    lost_picture("an image id twice", _id_of_two_images, Reason.AMBIGUOUS_IMAGE),
    lost_picture(
        "an endless path", dogs_picture("a/" * 600 + "bad.png"), Reason.OVER_LIMIT
    ),
    lost_picture(
        "a path over the limit of the settings",
        dogs_picture("images/of/the/dog/bad.png"),
        Reason.OVER_LIMIT,
        limits=Limits(path_bytes=20),
    ),
]
