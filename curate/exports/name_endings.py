"""Pictures whose files end otherwise than a document says, and are the same ones surely.

`a.jpeg` is the `a.jpg` of another tool, phones and clouds make `IMG_1.jpg` of `IMG_1.HEIC`,
and some tools write no ending at all. That `a.png` is the picture `a.jpg` is not sure: it may
as well be the mask.
"""

import posixpath

from curate.exports.file_names import folder_role
from curate.exports.paths import is_picture, suffix

_JPEG = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
_TIFF = frozenset((".tif", ".tiff"))
_FILES_OF: dict[str, frozenset[str]] = {
    **dict.fromkeys(_JPEG, _JPEG),
    **dict.fromkeys(_TIFF, _TIFF),
    ".heic": _JPEG,
    ".heif": _JPEG,
}
"""Endings of files by the ending that a document may write."""


def bare_name(name: str) -> str:
    """A file name without the ending of a picture; other points are part of the name.

    >>> bare_name("IMG_1.HEIC"), bare_name("car.v2")
    ('IMG_1', 'car.v2')
    """
    if is_picture(name) or suffix(name) in _FILES_OF:
        return posixpath.splitext(name)[0]
    return name


def ends_alike(stated: str, path: str) -> bool:
    """Whether the picture at a path may be the one of a stated name, as their endings go.

    What lies in a folder of masks never is.

    >>> ends_alike("a.jpg", "images/a.jpeg"), ends_alike("a.jpg", "images/a.png")
    (True, False)
    """
    if folder_role(posixpath.basename(posixpath.dirname(path))) not in (None, "image"):
        return False
    if bare_name(stated) == stated:
        return is_picture(path)
    return suffix(path) in _FILES_OF.get(suffix(stated), frozenset())
