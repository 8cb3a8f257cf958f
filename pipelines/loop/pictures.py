"""The pictures that the server knows, and the objects that people have made on them.

A picture has a folder of its own, named by its id: the first 32 hex digits of the
SHA-256 of its file's bytes, as in ingest. In it are `picture` (the file), `picture.json`
(what it is) and `objects.json` (what was saved). Each is written whole or not at all, so
a killed server loses nothing that it has confirmed.
"""

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from upath import UPath

from curate.folders import remove_folder
from curate.storage import read_record, write_bytes, write_json
from pipelines.loop.problems import CHANGED, FULL, UNKNOWN, Problem
from pipelines.loop.records import Picture, SavedObjects

PICTURE_ID = re.compile(r"[0-9a-f]{32}")
"""How the id of a picture looks."""

_FILE = "picture"
_RECORD = "picture.json"
_OBJECTS = "objects.json"


@dataclass(frozen=True, slots=True)
class BuildPicture:
    """A picture of the build. `file`: path or URL."""

    picture: Picture
    file: str


def id_of(data: bytes) -> str:
    """The id of a picture's file."""
    return hashlib.sha256(data).hexdigest()[:32]


class Pictures:
    """The folder of pictures and objects; no other server uses it.

    `of_build`: the pictures of the build, by id. `most_bytes`: of all kept files.
    """

    def __init__(
        self, folder: UPath, of_build: Mapping[str, BuildPicture], most_bytes: int
    ) -> None:
        self._folder = folder
        self._of_build = of_build
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._sizes = self._kept_sizes()

    def find(self, picture_id: str) -> Picture:
        """What a picture is. Problem if it is not known."""
        found = self._of_build.get(picture_id)
        if found is not None:
            return found.picture
        # What is no id could be a path that leads elsewhere.
        if PICTURE_ID.fullmatch(picture_id):
            record = read_record(self._folder / picture_id / _RECORD, Picture)
            if record is not None:
                return record
        raise Problem(
            UNKNOWN, f"no picture {picture_id!r} is known here: send the file first"
        )

    def read(self, picture_id: str) -> bytes:
        """The bytes of a picture's file. Problem if they are not there any more."""
        of_build = self._of_build.get(picture_id)
        path = self._folder / picture_id / _FILE
        if of_build is not None:
            path = UPath(of_build.file)
        try:
            data = path.read_bytes()
        except OSError:
            raise Problem(
                UNKNOWN,
                f"the file of {picture_id} is not there any more: send it again",
            ) from None
        if id_of(data) != picture_id:
            raise Problem(CHANGED, f"{path.name} has changed since it was ingested")
        return data

    def keep(self, picture: Picture, data: bytes) -> None:
        """Keep a picture's file. Problem if all room is taken by pictures with objects."""
        with self._lock:
            folder = self._folder / picture.id
            if picture.id in self._of_build or picture.id in self._sizes:
                _touch(folder)
                return
            self._make_room(len(data))
            # The record last: a folder without it is what a kill has left half.
            write_bytes(folder / _FILE, data)
            write_json(folder / _RECORD, picture)
            self._sizes[picture.id] = len(data)

    def listed(self) -> list[Picture]:
        """The pictures that have objects, then those of the build, then others.

        In each group the last one that was used comes first.
        """
        with self._lock:
            ids = sorted(self._sizes, key=self._last_use, reverse=True)
        kept = [self._kept(each) for each in ids]
        known = {picture.id: picture for picture in kept if picture is not None}
        for each in self._of_build.values():
            picture = each.picture
            known[picture.id] = msgspec.structs.replace(
                picture, objects=len(self.objects(picture.id).objects)
            )
        return sorted(known.values(), key=_order)

    def objects(self, picture_id: str) -> SavedObjects:
        """What was saved for a picture."""
        path = self._folder / picture_id / _OBJECTS
        return read_record(path, SavedObjects) or SavedObjects()

    def save(self, picture_id: str, saved: SavedObjects) -> SavedObjects:
        """Save the objects of a picture, with the number of the next revision.

        `saved.revision`: the one that the objects were made from. Problem if another
        page has saved since.
        """
        # Two pages that save at the same time must not both find the old revision.
        with self._lock:
            before = self.objects(picture_id)
            if before.revision != saved.revision:
                raise Problem(
                    CHANGED,
                    "another page has changed the objects of this picture meanwhile: "
                    "load it again",
                )
            new = msgspec.structs.replace(saved, revision=saved.revision + 1)
            write_json(self._folder / picture_id / _OBJECTS, new)
        return new

    def _kept(self, picture_id: str) -> Picture | None:
        picture = read_record(self._folder / picture_id / _RECORD, Picture)
        if picture is None:
            return None
        count = len(self.objects(picture_id).objects)
        return msgspec.structs.replace(picture, objects=count)

    def _kept_sizes(self) -> dict[str, int]:
        """Bytes of each kept picture. What a kill has left half is removed."""
        sizes = {}
        for folder in self._folder.iterdir():
            if not PICTURE_ID.fullmatch(folder.name):
                continue
            if (folder / _RECORD).exists():
                sizes[folder.name] = (folder / _FILE).stat().st_size
            elif not (folder / _OBJECTS).exists():
                remove_folder(folder)
        return sizes

    def _make_room(self, size: int) -> None:
        """Remove the pictures that were not used for longest, until `size` bytes fit."""
        total = sum(self._sizes.values()) + size
        if total <= self._most_bytes:
            return
        for picture_id in sorted(self._sizes, key=self._last_use):
            # Nobody can make people's work again.
            if self.objects(picture_id).objects:
                continue
            remove_folder(self._folder / picture_id)
            total -= self._sizes.pop(picture_id)
            if total <= self._most_bytes:
                return
        raise Problem(
            FULL,
            f"{self._folder} holds {self._most_bytes:,} bytes of pictures with objects: "
            "move some of its folders away",
        )

    def _last_use(self, picture_id: str) -> float:
        path = Path(self._folder.path) / picture_id / _RECORD
        try:
            return path.stat().st_mtime
        except FileNotFoundError:
            return 0.0


def _touch(folder: UPath) -> None:
    """Note that a picture was used."""
    path = Path(folder.path) / _RECORD
    if path.exists():
        path.touch()


def _order(picture: Picture) -> tuple[bool, bool]:
    return picture.objects == 0, not picture.is_of_build
