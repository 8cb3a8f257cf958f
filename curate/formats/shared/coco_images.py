"""How COCO documents name their images, and in which folders these are."""

import posixpath
import re
from typing import Any

_USUAL_FOLDERS = ("images", "JPEGImages", "data")

_KIND = (
    r"(?:person_keypoints|keypoints|instances?|annotations?|annots?|anns?|anno|stuff|coco"
    r"|labels?|lvis_v\d(?:\.\d)?|lvis|via|datasets?|results?|exports?|polygons?|masks?"
    r"|segm?|segmentations?|gt|json|format|images?|info)"
)
_KIND_AT_START = re.compile(rf"^(?:{_KIND}(?:[ ._-]+|$))+", re.IGNORECASE)
_KIND_AT_END = re.compile(rf"(?:(?:^|[ ._-]+){_KIND})+$", re.IGNORECASE)
"""Words in the names of documents that say nothing of the folder of their images:
`instances_val2017.json`, `val2017_annotations.json`."""


def file_name(image: dict[str, Any]) -> str:
    """An image's name in its document, "" if it has none.

    Without a `file_name`, as scripts may call it `filename`, it is the end of a URL or of a path.

    >>> file_name({"coco_url": "http://images.cocodataset.org/train2017/1.jpg"})
    '1.jpg'
    """
    for key in ("file_name", "filename"):
        name = image.get(key)
        if isinstance(name, str):
            return name
    for key in ("coco_url", "flickr_url", "path"):
        address = image.get(key)
        if isinstance(address, str):
            return posixpath.basename(re.split(r"[?#]", address)[0])
    return ""


def image_folders(path: str) -> list[str]:
    """Where the images of the document `path` may be, from its own folder or from the root.

    >>> image_folders("annotations/instances_val2017.json")[:3]
    ['images/val2017', 'val2017/images', 'JPEGImages/val2017']
    """
    folders = []
    word = _word(path)
    if word:
        for usual in _USUAL_FOLDERS:
            folders += [f"{usual}/{word}", f"{word}/{usual}"]
        folders.append(word)
    folders += _USUAL_FOLDERS

    # The same folders beside the document's own: annotations/ is often next to images/.
    above = [f"../{folder}" for folder in folders]
    return [*folders, "..", *above]


def _word(path: str) -> str:
    """The word of a document's name that may be the name of a split, or "".

    >>> _word("annotations/instances_val2017.json"), _word("train_annotations.coco.json")
    ('val2017', 'train')
    """
    name = posixpath.basename(path)[: -len(".json")].strip("_")
    without_end = _KIND_AT_END.sub("", name)
    return _KIND_AT_START.sub("", without_end)
