"""What a document means by a file's name: a path of the export, or of another machine.

Tools write what their own machine calls a file: an absolute path, a drive, a share of a
network, a URL, Label Studio's `/data/local-files/?d=…`, a path that climbs out by `..`.
Nothing of that is ever opened. What is left of such a name are its last steps.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from curate.exports.paths import is_picture

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_UPLOAD_ID = re.compile(r"^(?!\d{8})[0-9a-f]{8}-(?=.)")
_LOCAL_FILES = re.compile(r"/data/local-files/?\?")


@dataclass(frozen=True, slots=True)
class StatedName:
    """A name as a document states it.

    `spellings`: the paths that it may be inside the export; none if it is a path of
    another machine. `steps`: its folders and file name, without `..` and percent-encoding.
    """

    spellings: tuple[str, ...]
    steps: tuple[str, ...]


def read_name(name: str) -> StatedName:
    r"""Read a name.

    >>> read_name("..\\upload\\a%20b.png").steps
    ('upload', 'a b.png')
    >>> read_name("C:\\me\\a.png")
    StatedName(spellings=(), steps=('C:', 'me', 'a.png'))
    >>> read_name("/data/local-files/?d=street/a.png").steps
    ('street', 'a.png')
    """
    path = name
    is_local_file = _LOCAL_FILES.search(name) is not None
    is_foreign = bool(
        is_local_file
        or _URL.match(name)
        or _DRIVE.match(name)
        or name.startswith(("/", "\\"))
    )
    if is_local_file:
        path = _local_file(name)
    elif _URL.match(name):
        path = _path_of_url(name)

    spellings = tuple(dict.fromkeys((path, path.replace("\\", "/"))))
    if is_foreign:
        spellings = ()
    return StatedName(spellings, _steps(path))


def leaves(path: str) -> bool:
    """Whether a path from the root climbs out of it; it must be normalised."""
    return path == ".." or path.startswith(("../", "/"))


def path_bytes(name: str) -> int:
    """How long a name's path is, in bytes; what follows the path of a URL does not count."""
    if _URL.match(name):
        name = re.split(r"[?#]", name)[0]
    return len(name.encode("utf-8", "surrogatepass"))


def without_upload_id(file_name: str) -> str:
    """A file's name without the eight digits that Label Studio puts before that of an upload.

    Eight decimal digits may as well be a date, and stay.

    >>> without_upload_id("3f2a9c1e-car.jpg"), without_upload_id("20240131-car.jpg")
    ('car.jpg', '20240131-car.jpg')
    """
    return _UPLOAD_ID.sub("", file_name)


def picture_in_query(query: str) -> str:
    """The first value of a URL's query that is the name or the path of a picture, or "".

    >>> picture_in_query("id=3&file=street%2Fa.jpg")
    'street/a.jpg'
    """
    try:
        parameters = parse_qs(query)
    except ValueError:
        return ""
    for values in parameters.values():
        if is_picture(values[-1]):
            return values[-1]
    return ""


def _path_of_url(name: str) -> str:
    """The path of a URL; that in its query, if only there is a picture."""
    path = re.split(r"[?#]", name)[0]
    _, _, query = name.partition("?")
    if is_picture(path):
        return path
    return picture_in_query(query) or path


def _local_file(name: str) -> str:
    query = name.split("?", maxsplit=1)[1]
    stated = parse_qs(query).get("d", [""])
    return stated[0]


def _steps(path: str) -> tuple[str, ...]:
    steps = unquote(path).replace("\\", "/").split("/")
    return tuple(step for step in steps if step not in ("", ".", ".."))


def last_step(name: str) -> str:
    """The file name that a stated name ends with, or ""."""
    steps = read_name(name).steps
    if not steps:
        return ""
    return steps[-1]
