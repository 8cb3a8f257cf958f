"""Images that a list of the export calls annotated, and that have no mask."""

import posixpath
import re
from collections.abc import Iterator

from curate.drops import Drop
from curate.exports.export import Export
from curate.exports.paths import stem
from curate.formats.shared.pairs import Pairs
from curate.reasons import Reason, Refusal

_MAX_LIST_BYTES = 64_000_000
_MAX_LIST_LINE = 2_000
_IMAGE_AND_MASK = re.compile(r"(\S.*?\.\w{3,4})[\s,;]+(\S.*?\.\w{3,4})")


def missing_masks(export: Export, pairs: Pairs) -> Iterator[Drop]:
    """Drops of images that a list of the export calls annotated, and that have no mask."""
    bare = sorted(image for image, masks in pairs.masks.items() if not masks)
    if not bare:
        return
    # A mask that was found and lost has a drop of its own already.
    reported = {stem(drop.annotation_key) for drop in pairs.lost}
    listed = _listed(export)
    for image in bare:
        name = stem(image)
        if name in reported or listed.isdisjoint((name, posixpath.basename(image))):
            continue
        detail = f"{image}: a list of the export names it, but its mask is not there"
        refusal = Refusal(Reason.MISSING_MASK, detail)
        yield export.drop(refusal, image_path=image, count=None)


def _listed(export: Export) -> set[str]:
    """Names of images that lists of the export give masks to."""
    listed: set[str] = set()
    for path in export.files.paths:
        if not path.lower().endswith((".txt", ".lst", ".csv")):
            continue
        try:
            if export.files.file(path).stat().st_size > _MAX_LIST_BYTES:
                continue
            text = export.read_text(path)
        except (Refusal, OSError):
            continue
        lines = [line.strip() for line in text.split("\n")]
        listed.update(_names_in_list(path, lines))
    return listed


def _names_in_list(path: str, lines: list[str]) -> Iterator[str]:
    """File names of a list: ImageSets/Segmentation/*.txt has stems, others IMAGE MASK."""
    if "imagesets/segmentation" in path.lower():
        for line in lines:
            if line:
                yield posixpath.basename(line)
        return
    for line in lines:
        if len(line) < _MAX_LIST_LINE:
            pair = _IMAGE_AND_MASK.fullmatch(line)
            if pair:
                yield posixpath.basename(pair[1])
