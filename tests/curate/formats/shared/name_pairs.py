"""Pairs of images and masks from paths alone: no file is there."""

from upath import UPath

from curate.exports.export import Export
from curate.exports.files import Files
from curate.exports.walking import RefusedFile
from curate.formats.shared.pairs import pair_masks
from curate.limits import Limits
from curate.reasons import Reason


def export_of(*paths: str, refused: tuple[str, ...] = (), **options: object) -> Export:
    why = RefusedFile(Reason.PATH_ESCAPE, "is a link")
    files = Files(UPath("/nowhere"), tuple(sorted(paths)), dict.fromkeys(refused, why))
    return Export(name="x", files=files, limits=Limits(), options=options)


def pairs_of(*paths: str, **options: object) -> dict[str, list[str]]:
    pairs = pair_masks(export_of(*paths, **options), prefer_colours=False)
    assert pairs.lost == []
    return {
        image: [mask.path for mask in masks] for image, masks in pairs.masks.items()
    }
