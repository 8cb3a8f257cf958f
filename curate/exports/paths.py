"""What a path says by itself: its name, its suffix, the folders above it, what it is a copy of."""

import posixpath
import re
import unicodedata
from collections.abc import Iterator

_OF_PICTURES = (
    ".jpg .jpeg .jpe .jfif .webp .jp2 .ppm .avif .tif .tiff .bmp .pgm .png .gif"
)
_PICTURE_SUFFIXES = frozenset(_OF_PICTURES.split())
_ARRAY_SUFFIXES = frozenset([".npy", ".npz"])
_MASK_RANKS = {".tif": 1, ".tiff": 1, ".bmp": 2, ".pgm": 2, ".png": 3, ".gif": 3}

# How file managers and browsers call a copy: "a (1).json", "a - Copy (2).json", "Copy of a.json".
_COPY_ENDING = re.compile(
    r"(?: ?\(\d+\)|(?:[ _-]| - )(?:copy|kopie|copie|copia)(?: \d+| ?\(\d+\))?)$",
    re.IGNORECASE,
)
_COPY_START = re.compile(
    r"^(?:copy|kopie|copie|copia)(?: \(\d+\))? (?:of|von|de|di) ", re.IGNORECASE
)


def stem(path: str) -> str:
    """A path's file name without its suffix.

    >>> stem("images/1.rf.jpg")
    '1.rf'
    """
    return posixpath.splitext(posixpath.basename(path))[0]


def suffix(path: str) -> str:
    """A path's suffix in lower case, with its dot."""
    return posixpath.splitext(path)[1].lower()


def is_picture(path: str) -> bool:
    """Whether a path has the suffix of a picture."""
    return suffix(path) in _PICTURE_SUFFIXES


def is_array(path: str) -> bool:
    """Whether a path has the suffix of NumPy's arrays, which hold masks in some exports."""
    return suffix(path) in _ARRAY_SUFFIXES


def mask_rank(path: str) -> int:
    """How likely a picture is a mask, judged by its suffix alone; 0 is the least.

    Masks are lossless, and most are PNG.
    """
    return _MASK_RANKS.get(suffix(path), 0)


def ancestors(path: str) -> Iterator[str]:
    """The folders above a file, the innermost first.

    >>> list(ancestors("a/b/c.png"))
    ['a/b', 'a']
    """
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def fold(text: str) -> str:
    """A name without case and Unicode form: two names that fold alike are one."""
    return unicodedata.normalize("NFC", text).casefold()


def original_of(path: str) -> str | None:
    """The path of the file that a file is a copy of, by its name; None if that says nothing.

    >>> original_of("a (1).json"), original_of("x/Copy of a.json"), original_of("a.json")
    ('a.json', 'x/a.json', None)
    """
    folder, name = posixpath.split(path)
    own_stem, ending = posixpath.splitext(name)
    original = _COPY_START.sub("", _COPY_ENDING.sub("", own_stem))
    if original in ("", own_stem):
        return None
    return posixpath.join(folder, original + ending)
