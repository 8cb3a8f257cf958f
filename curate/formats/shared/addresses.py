"""Images that a labelling server names by an address: a URL of its own, or a path on its machine.

Nothing is ever fetched. An address only tells the name under which the image was known: servers
put ids before names, and hide paths in queries. Keys of buckets, whose folders mean something, are
looked up in curate/formats/shared/remote_files.py.
"""

import base64
import binascii
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, unquote

from curate.exports.files import Files, loose
from curate.exports.path_ends import nearest
from curate.exports.paths import is_picture
from curate.exports.stated_names import picture_in_query

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,3}")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_PATH_PARAMETERS = (
    "d",
    "filepath",
)  # of Label Studio's /data/local-files/ and /storage-data/
_BASE64_PARAMETER = "fileuri"  # of its /presign/

# What servers put before the name of an upload: 8 digits of a UUID, or all of it.
_SHORT_PREFIX = re.compile(r"([0-9a-f]{8})(?:-|__)(?=.)")
_LONG_PREFIX = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[-_](?=.)")
_UPLOAD = re.compile(r"(?:^|/)uploads?/")


def path_of(address: str) -> str:
    """The path that an address says, percent-decoded; relative, with slashes.

    A relative path stays as it is. Of a URL and of an absolute path, only the file name means
    anything here. "" if the address names no file.

    >>> path_of("/data/local-files/?d=photos/a%20b.jpg")
    'photos/a b.jpg'
    >>> path_of("s3://bucket/photos/a%20b.jpg")
    'a b.jpg'
    """
    place, _, query = address.partition("?")
    is_remote = _SCHEME.match(address) is not None or address.startswith("/")
    if is_remote and query:
        named = _path_in_query(query)
        if not named and not is_picture(place):
            named = posixpath.basename(picture_in_query(query))
        if named:
            return named
    if is_remote:
        return posixpath.basename(unquote(place.partition("#")[0]))
    if _DRIVE.match(address) or address.startswith("\\\\"):
        return re.split(r"[\\/]", address)[-1]
    return address


@dataclass(frozen=True)
class ImageNames:
    """The names of an export's files, by which it finds what an address means."""

    files: Files

    def find(self, addresses: Iterable[str], document: str) -> str:
        """The name of an image that may have several addresses, for ingest to look for.

        The first address whose file name is in the export counts: as it is, percent-decoded, or
        without what a server put before it. If no file name fits, it is the first address's path.
        """
        first = ""
        for address in addresses:
            path = path_of(address)
            first = first or path
            folder = posixpath.dirname(path)
            for name in _spellings(address, posixpath.basename(path)):
                found = self._paths(name)
                if len(found) > 1:
                    meant = nearest(found, _stated_path(address))
                    if meant is not None:
                        return posixpath.relpath(
                            meant, posixpath.dirname(document) or "."
                        )
                if found:
                    return posixpath.join(folder, posixpath.basename(found[0]))
        return first

    def _paths(self, name: str) -> list[str]:
        """The files that have a name, or that a server would store under it."""
        if not name:
            return []
        same = self.files.by_file_name.get(name) or self.files.by_folded_name.get(
            loose(name)
        )
        return same or self._by_stored_name.get(name, [])

    @cached_property
    def _by_stored_name(self) -> Mapping[str, list[str]]:
        """Paths by the names under which Django stores their files, if that is another name."""
        stored: defaultdict[str, list[str]] = defaultdict(list)
        for path in self.files.paths:
            name = posixpath.basename(path)
            valid = re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))
            if valid != name:
                stored[valid].append(path)
        return stored


def _path_in_query(query: str) -> str:
    """The path of a file that a server is asked for; "" if the query names none."""
    try:
        parameters = parse_qs(query)
    except ValueError:
        return ""
    for name in _PATH_PARAMETERS:
        if name in parameters:
            return parameters[name][-1].replace("\\", "/").lstrip("/")
    if _BASE64_PARAMETER in parameters:
        try:
            text = base64.b64decode(parameters[_BASE64_PARAMETER][-1]).decode()
        except (binascii.Error, ValueError):
            return ""
        return posixpath.basename(unquote(text))
    return ""


def _stated_path(address: str) -> str:
    """All that an address says of folders, percent-decoded, with slashes."""
    _, _, query = address.partition("?")
    return unquote(query or address).replace("\\", "/")


def _spellings(address: str, name: str) -> Iterator[str]:
    """File names that may be meant, the likeliest first."""
    yield name
    decoded = posixpath.basename(unquote(name))
    if decoded != name:
        yield decoded
    without_long = _LONG_PREFIX.sub("", decoded, count=1)
    if without_long != decoded:
        yield without_long

    # Eight digits may as well be a date, unless the file was uploaded.
    prefix = _SHORT_PREFIX.match(decoded)
    if prefix and (_UPLOAD.search(address) or not prefix[1].isdigit()):
        yield decoded[prefix.end() :]
