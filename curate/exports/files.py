"""The files of an export, listed once: what may be read, and what is refused unread."""

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from urllib.parse import unquote

from upath import UPath

from curate.exports.file_names import folder_role
from curate.exports.litter import is_litter, thumbnails
from curate.exports.mapping import Text, map_file
from curate.exports.mistaken_text import read_anew
from curate.exports.name_endings import bare_name
from curate.exports.paths import ancestors, fold
from curate.exports.places import Places
from curate.exports.refused_files import RefusedFile
from curate.exports.walking import Entry, Links, walk
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.storage import digest
from curate.stores import reaching

_Bytes = TypeVar("_Bytes", bound=Text)

_UNZIPPED = re.compile(r"#U(?![dD][89a-fA-F])([0-9a-fA-F]{4})")  # what Info-ZIP writes
_STORED = str.maketrans({**dict.fromkeys('<>:"|?*', "_"), "+": " "})


@dataclass(frozen=True)
class Files:
    """The files below a folder, listed but not read."""

    root: UPath
    paths: tuple[str, ...]
    """POSIX paths relative to `root`, sorted, one for each file. Only these are ever read."""
    refused: Mapping[str, RefusedFile] = field(default_factory=dict)
    """Paths of links that are not followed, of pipes and devices, names that are no UTF-8,
    and paths that are longer than the limit."""
    linked: Mapping[str, str] = field(default_factory=dict)
    """Other paths of files over links, each with the path in `paths`."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Other readings of names that an archive holds in an unknown encoding, each with the
    path in `paths`."""
    unread: tuple[str, ...] = ()
    """Folders that cannot be listed, each with the reason."""
    nested: Mapping[str, str] = field(default_factory=dict)
    """Folders that are the contents of archives in the export, each with its real folder; and files
    that were packed alone, each with the real file."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Paths of which the log has to say something: archives that were not opened."""
    digest: str = ""
    """Over all paths, sizes and times of change: while it is the same, so are the files."""

    def read(self, path: str, limits: Limits) -> bytes:
        """A file's bytes. Refusal unreadable_file or over_limit."""
        return self._read(path, limits, lambda file: bytes(file.read_bytes()))

    def map(self, path: str, limits: Limits) -> Text:
        """A file's bytes, which need not fit into memory. Refusal as `read`."""
        return self._read(path, limits, map_file)

    def _read(
        self, path: str, limits: Limits, read: Callable[[UPath], _Bytes]
    ) -> _Bytes:
        file = self.file(path)
        try:
            with reaching(file):
                size = file.stat().st_size
            if size > limits.file_bytes:
                detail = f"{path}: larger than {limits.file_bytes:,} bytes"
                raise Refusal(Reason.OVER_LIMIT, detail)
            with reaching(file):
                return read(file)
        except OSError as error:
            detail = f"{path}: {error.strerror or error}"
            raise Refusal(Reason.UNREADABLE_FILE, detail) from None

    def file(self, path: str) -> UPath:
        """Where a file is, on this machine or at a URL."""
        return UPath(self.places.file(path))

    @cached_property
    def places(self) -> Places:
        """The folders in which the files are."""
        return Places(str(self.root), dict(self.nested))

    def size(self, path: str) -> int | None:
        """A file's size in bytes; None if it cannot be told."""
        file = self.file(path)
        try:
            with reaching(file):
                return file.stat().st_size
        except OSError:
            return None

    @cached_property
    def known(self) -> frozenset[str]:
        """The paths as a set."""
        return frozenset(self.paths)

    @cached_property
    def by_file_name(self) -> Mapping[str, list[str]]:
        """Paths by file name."""
        return _index(self._names(), posixpath.basename)

    @cached_property
    def by_folded_path(self) -> Mapping[str, list[str]]:
        """Paths by their `loose` form."""
        return _index([*self._names(), *self.spellings.items()], loose)

    @cached_property
    def by_folded_name(self) -> Mapping[str, list[str]]:
        """Paths by the `loose` form of their file name."""
        names = [*self._names(), *self.spellings.items()]
        return _index(names, lambda path: loose(posixpath.basename(path)))

    @cached_property
    def by_bare_name(self) -> Mapping[str, list[str]]:
        """Paths by the `loose` form of their file name without the ending of a picture."""
        names = [*self._names(), *self.spellings.items()]
        return _index(names, lambda path: loose(bare_name(posixpath.basename(path))))

    @cached_property
    def refused_by_file_name(self) -> Mapping[str, list[str]]:
        """Refused paths by file name."""
        names = [(path, path) for path in sorted(self.refused)]
        return _index(names, posixpath.basename)

    def _names(self) -> list[tuple[str, str]]:
        """Each path under which a file may be found, and its path in `paths`."""
        return [*((path, path) for path in self.paths), *self.linked.items()]


def loose(name: str) -> str:
    """A name without what differs between machines.

    This is case, Unicode form, percent-encoding (with + for a space), what HTML and unzip write
    for a character, UTF-8 that was taken for a code page, characters that Windows does not allow,
    and space around the name.

    >>> loose("My%20Image.PNG "), loose("GrÃ¶ÃŸe.png"), loose("12:30+caf#U00e9.jpg")
    ('my image.png', 'grösse.png', '12_30 café.jpg')
    """
    text = html.unescape(unquote(name))
    text = _UNZIPPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return fold(read_anew(text)).translate(_STORED).strip()


def list_files(root: UPath, limits: Limits, links: Links = "inside") -> Files:
    """List all files below the folder `root`.

    What tools and systems leave behind (`._x`, `__MACOSX`, `.git`) is passed over.
    Pipes and devices are listed as refused, and so are links that are not to be followed. A
    file that is reached over links as well has one path in `paths`, and the others in
    `linked`.
    """
    known: list[Entry] = []
    refused: dict[str, RefusedFile] = {}
    unread: list[str] = []
    for entry in walk(root, unread, links):
        if is_litter(entry.path):
            continue
        why = entry.refused or _refused_name(entry.path, limits)
        if why is None:
            known.append(entry)
        else:
            refused[_shown(entry.path)] = why

    # Systems list a folder in any order; ids and digests must not depend on it.
    known.sort(key=lambda entry: entry.path)
    states = [[entry.path, entry.size, entry.changed] for entry in known]
    unread = [_shown(place) for place in unread]
    small = thumbnails(entry.path for entry in known)
    known = [entry for entry in known if entry.path not in small]
    linked = _linked(known, root)
    return Files(
        root=root,
        paths=tuple(entry.path for entry in known if entry.path not in linked),
        refused=refused,
        linked=linked,
        unread=tuple(unread),
        digest=digest(states, sorted(refused), unread),
    )


def _refused_name(path: str, limits: Limits) -> RefusedFile | None:
    """Why a path must not be read, by its name alone; None if it may be."""
    if len(path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
        detail = f"is a longer path than {limits.path_bytes:,} bytes"
        return RefusedFile(Reason.OVER_LIMIT, detail)
    if path != _shown(path):
        return RefusedFile(Reason.PATH_ESCAPE, "has a name that is no UTF-8")
    return None


def _linked(entries: list[Entry], root: UPath) -> dict[str, str]:
    """Paths that lead over links to files of the same name that have another path, too.

    A link of another name is a file of its own: stores that keep equal files once
    (Hugging Face, DVC, git-annex) link different files to one.
    """
    by_file: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if posixpath.basename(entry.path) == posixpath.basename(entry.real):
            by_file[entry.real].append(entry)
    if not by_file:
        return {}

    real_root = str(root.resolve()).rstrip("/")
    plain = {entry.path: entry for entry in entries if not entry.real}
    linked = {}
    for real, found in by_file.items():
        inside = plain.get(real.removeprefix(f"{real_root}/"))
        if inside is not None:
            found.append(inside)
        first, *others = sorted(found, key=_by_place)
        for other in others:
            linked[other.path] = first.path
    return linked


def _by_place(entry: Entry) -> tuple[bool, bool, str]:
    """The best path of a file first: a folder that says what is in it, then no link."""
    says_nothing = all(
        folder_role(posixpath.basename(folder)) is None
        for folder in ancestors(entry.path)
    )
    return says_nothing, bool(entry.real), entry.path


def _shown(path: str) -> str:
    r"""A path as text that any file can hold: bytes that are no UTF-8 appear as \xNN."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _index(
    names: Iterable[tuple[str, str]], key: Callable[[str], str]
) -> Mapping[str, list[str]]:
    """Paths by the key of a name of theirs, each path once for a key."""
    index: defaultdict[str, dict[str, None]] = defaultdict(dict)  # ordered sets
    for name, path in names:
        paths = index[key(name)]
        paths[path] = None
    return {each: list(paths) for each, paths in index.items()}
