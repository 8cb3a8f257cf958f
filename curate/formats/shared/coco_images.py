"""How COCO documents name their images, and in which folders these are."""

import posixpath
import re
from typing import Any

_USUAL_FOLDERS = ("images", "JPEGImages", "data")

# What comes before the word in the names of documents: instances_val2017.json.
_KIND = re.compile(
    r"^_*(?:instances|annotations?|person_keypoints|stuff|coco|labels?|lvis_v\d(?:\.\d)?)[_-]+"
)
_PLAIN_WORDS = {
    "instances",
    "annotations",
    "annotation",
    "coco",
    "labels",
    "result",
    "results",
    "dataset",
}
"""Names of documents that say nothing of the folder of their images."""


def file_name(image: dict[str, Any]) -> str:
    """An image's name in its document, "" if it has none.

    Without a `file_name`, it is the end of a URL or of a path.

    >>> file_name({"coco_url": "http://images.cocodataset.org/train2017/1.jpg"})
    '1.jpg'
    """
    name = image.get("file_name")
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
    if word.strip("_").lower() not in _PLAIN_WORDS:
        for usual in _USUAL_FOLDERS:
            folders += [f"{usual}/{word}", f"{word}/{usual}"]
        folders.append(word)
    folders += _USUAL_FOLDERS

    # The same folders beside the document's own: annotations/ is often next to images/.
    above = [f"../{folder}" for folder in folders]
    return [*folders, "..", *above]


def _word(path: str) -> str:
    """The word of a document's name that may be the name of a split: val2017."""
    name = posixpath.basename(path)[: -len(".json")]
    return _KIND.sub("", name.removesuffix(".coco"))
