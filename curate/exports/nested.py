"""Archives inside an export, read as if each were a folder beside it.

`export/part1.zip` is read as the folder `export/part1`, and so an object of it has the id that
it would have if someone had unpacked it there:

- The folder has the archive's name without its ending. If all in the archive is in one
  folder of that name, that folder is taken: `part1.zip` with `part1/images` is `part1/images`.
- If there is such a folder already, and it has all files of the archive, in the same sizes,
  then someone has unpacked it: it is not read twice. If its files are others, the archive's
  folder has its whole name, `export/part1.zip/images`.
- Archives are taken in the order of their paths, `a.tar` before `a.zip`.

A document or a picture that gzip packed alone (`train.json.gz`) is read as `train.json`, if that is
not beside it already.

Archives in archives are read, too, down to `limits.archive_depth`. The limits on bytes and
members hold for all of them together. One that is refused costs itself.
"""

import posixpath
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from upath import UPath

from curate.drops import Drop, FaultReport, make_drop
from curate.exports.archive_files import archive_files
from curate.exports.archive_members import is_packed_file
from curate.exports.archives import SUFFIXES
from curate.exports.files import Files
from curate.exports.paths import ancestors, fold
from curate.exports.places import Places
from curate.exports.refused_files import RefusedFile
from curate.limits import Limits
from curate.reasons import Fault, Reason, Refusal

Lost = Drop | FaultReport
"""What is said of an archive that cannot be read."""

_UNPACKED_BESIDE = "is an archive whose files are all beside it already"
_NOT_OPENED = "is an archive, and `archive_depth: 0` says that none is opened"


def with_nested(
    files: Files, export: str, limits: Limits, scratch: UPath
) -> tuple[Files, list[Lost]]:
    """The files of an export and those of the archives among them, and what was lost.

    `limits`: what may still be unpacked. `scratch`: where archives are unpacked.
    """
    nested = _Nested(files, export, limits, scratch)
    if not nested.pending:
        return files, []
    nested.open_all()
    return nested.files(), nested.lost


def lost_archive(export: str, path: str, error: Refusal | Fault) -> list[Lost]:
    """What is said of an archive that was refused, or that caused a fault."""
    if isinstance(error, Refusal):
        detail = error.detail.removeprefix(f"{posixpath.basename(path)}: ")
        refusal = Refusal(error.reason, f"{path}: {detail}")
        return [make_drop(refusal, export=export, count=None)]

    report = FaultReport(
        export=export, image_path="", summary=error.summary, trace=error.trace
    )
    refusal = Refusal(Reason.FAULT, f"{path}: {error.summary}")
    return [report, make_drop(refusal, export=export, count=None)]


def archive_stem(path: str) -> str:
    """The path of an archive without its ending.

    >>> archive_stem("a/part.1.tar.gz")
    'a/part.1'
    """
    lower = path.lower()
    endings = [each for each in SUFFIXES if lower.endswith(each)]
    return path[: -max(map(len, endings))]


class _Nested:
    """The files of an export, as one archive after the other adds its own."""

    def __init__(
        self, files: Files, export: str, limits: Limits, scratch: UPath
    ) -> None:
        self._start = files
        self._export = export
        self._limits = limits
        self._scratch = scratch
        self._bytes = limits.archive_bytes
        self._members = limits.archive_members
        self._paths = set(files.paths)
        self._refused = dict(files.refused)
        self._linked = dict(files.linked)
        self._spellings = dict(files.spellings)
        self._unread = list(files.unread)
        self._notes = dict(files.notes)
        self._folders: dict[str, str] = {}
        self._taken = _places_of([*files.paths, *files.refused])
        self.lost: list[Lost] = []
        self.pending = deque((path, 1) for path in files.paths if _is_archive(path))

    def open_all(self) -> None:
        """Open each archive, then those that were in them."""
        while self.pending:
            path, depth = self.pending.popleft()
            if self._limits.archive_depth == 0:
                self._notes[path] = _NOT_OPENED
                continue
            self._paths.remove(path)
            try:
                self._open(path, depth)
            except (Refusal, Fault) as error:
                self.lost += lost_archive(self._export, path, error)

    def files(self) -> Files:
        """All files, those of the archives among them."""
        return replace(
            self._start,
            paths=tuple(sorted(self._paths)),
            refused=self._refused,
            linked=self._linked,
            spellings=self._spellings,
            unread=tuple(self._unread),
            notes=self._notes,
            nested=self._folders,
        )

    def _open(self, path: str, depth: int) -> None:
        """Unpack an archive and add its files. Refusal or Fault if it cannot be read."""
        most = self._limits.archive_depth
        if depth > most:
            detail = f"lies in {depth - 1} archives, and {most - 1} are opened"
            raise Refusal(Reason.OVER_LIMIT, detail)

        left = {"archive_bytes": self._bytes, "archive_members": self._members}
        limits = self._limits.model_copy(update=left)
        inner, unpacked = archive_files(self._file(path), limits, self._scratch)
        self._bytes -= unpacked.written
        self._members -= unpacked.members
        if min(self._bytes, self._members) < 0:
            detail = "all archives together unpack to more than the limits allow"
            raise Refusal(Reason.ARCHIVE_BOMB, detail)

        if is_packed_file(path):
            self._add_packed(path, inner)
            return
        own = _own_folder(inner, posixpath.basename(archive_stem(path)))
        folder = self._folder_for(path, inner, own)
        if folder is None:
            self._notes[path] = _UNPACKED_BESIDE
            return
        self._add(inner, own, folder)
        for each in inner.paths:
            if _is_archive(each):
                self.pending.append((folder + each.removeprefix(own), depth + 1))

    def _add_packed(self, path: str, inner: Files) -> None:
        """Add the file that was packed alone, unless it is there already."""
        unpacked = path[: -len(".gz")]
        if fold(unpacked) in self._taken:
            self._notes[path] = _UNPACKED_BESIDE
            return
        [name] = inner.paths
        self._folders[unpacked] = str(inner.root / name)
        self._paths.add(unpacked)
        self._taken.add(fold(unpacked))

    def _file(self, path: str) -> UPath:
        places = Places(str(self._start.root), self._folders)
        return UPath(places.file(path))

    def _folder_for(self, path: str, inner: Files, own: str) -> str | None:
        """The folder, with "/", that an archive is; None if it is unpacked beside already."""
        folder = archive_stem(path)
        if fold(folder) not in self._taken:
            return f"{folder}/"
        for each in inner.paths:
            unpacked = f"{folder}/{each.removeprefix(own)}"
            if unpacked not in self._paths:
                return f"{path}/"
            if self._file(unpacked).stat().st_size != inner.size(each):
                return f"{path}/"
        return None

    def _add(self, inner: Files, own: str, folder: str) -> None:
        """Add the files of an archive. `own`, `folder`: what its paths begin with, and shall."""

        def moved(path: str) -> str:
            return folder + path.removeprefix(own)

        self._folders[folder.rstrip("/")] = str(inner.root / own).rstrip("/")
        for each in inner.paths:
            path = moved(each)
            length = len(path.encode())
            if length <= self._limits.path_bytes:
                self._paths.add(path)
                continue
            detail = f"is a longer path than {self._limits.path_bytes:,} bytes"
            self._refused[path] = RefusedFile(Reason.OVER_LIMIT, detail)

        self._refused |= {moved(path): why for path, why in inner.refused.items()}
        self._notes |= {moved(path): why for path, why in inner.notes.items()}
        for others, added in (
            (self._linked, inner.linked),
            (self._spellings, inner.spellings),
        ):
            others |= {moved(other): moved(path) for other, path in added.items()}
        self._unread += [folder + place for place in inner.unread]
        self._taken |= _places_of([f"{folder}x", *map(moved, inner.paths)])


def _is_archive(path: str) -> bool:
    return path.lower().endswith(SUFFIXES) or is_packed_file(path)


def _own_folder(files: Files, name: str) -> str:
    """The folder, with "/", of an archive's name that holds all of it; "" if none does."""
    paths = [*files.paths, *files.refused, *files.linked]
    if not paths:
        return ""
    own, separator, _ = paths[0].partition("/")
    start = own + separator
    if fold(own) != fold(name) or not separator:
        return ""
    if not all(path.startswith(start) for path in paths):
        return ""
    return start


def _places_of(paths: Iterable[str]) -> set[str]:
    """Paths and the folders above them, folded: what no archive's folder can be called."""
    places = set()
    for path in paths:
        places.add(fold(path))
        for folder in ancestors(path):
            folded = fold(folder)
            if folded in places:
                break
            places.add(folded)
    return places
