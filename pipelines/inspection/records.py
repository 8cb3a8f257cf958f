"""What `inspect` and `init` find, as records that JSON can hold."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from pipelines.flow.reasons import Loss

Fit = Literal["objects", "dropped", "empty", "broken", "no"]
"""How a format fits an export.

- `objects`: it makes objects of it
- `dropped`: it finds annotations, and drops all of them
- `empty`: it finds documents of its own, and nothing is annotated in them
- `broken`: all that it finds are files that nobody can read
- `no`: it finds nothing of its own
"""


class LeftAlone(msgspec.Struct, frozen=True):
    """A file that the format did not use, and why."""

    path: str
    why: str


class Contents(msgspec.Struct, frozen=True):
    """What an export holds, read as one format.

    `documents`, `images`, `annotations`, `masks` and `annotations_by_label` are counts
    of the whole export. `objects`, `labels`, `images_without_objects` and `flags` are
    counts of the images that were read, exactly as ingest counts them: of all images if
    `images_read` is `images_found`.
    """

    name: str
    path: str
    format: str
    files: int
    documents: int
    """Files that hold annotations. 0 for a format of mask files alone."""
    images: int
    """Images that the export annotates, those that are lost included."""
    images_found: int
    images_read: int
    images_without_objects: int
    unused_pictures: int
    """Pictures of the export that the format takes for neither image nor mask."""
    annotations: int
    """Annotations of documents, with those that are dropped: by the format itself, such as
    crowds, or because their image is lost."""
    masks: int
    """Mask files whose regions nobody counts before their pixels are read."""
    annotations_by_label: dict[str, int]
    """Annotations that the format does not drop itself."""
    objects: int
    labels: dict[str, int]
    """Objects by label."""
    flags: dict[str, int]
    """Objects by flag."""
    images_by_scene: dict[str, int]
    """Images that show a `full` or `partial` scene, as ingest decides it."""
    dropped: list[Loss]
    left_alone: list[LeftAlone]
    """The first of the files that were left alone."""
    files_left_alone: int
    doubts: list[str]
    """What all masks together make doubtful."""
    faults: list[str]
    """Exceptions that no rule foresees, each in a line."""

    @property
    def is_sample(self) -> bool:
        """Whether some images were not read."""
        return self.images_read < self.images_found


class Candidate(msgspec.Struct, frozen=True):
    """How well a format fits an export, and what speaks for or against it."""

    format: str
    fit: Fit
    reason: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A format that cannot be read.

    `path`: what is found in a path of it, in lower case. `mark`: what is found in the
    first bytes of it; None if its name says enough.
    """

    name: str
    path: str
    mark: bytes | None
    advice: str


class OtherKind(msgspec.Struct, frozen=True):
    """Files that are not read with the others, and what to do about it."""

    name: str
    files: int
    example: str
    advice: str


class Suggestion(msgspec.Struct, frozen=True):
    """A line of an export's settings that inspect proposes.

    `key`: such as "scene" or "options.classes". `value`: None if only the user can say
    it. `why`: a few words for a comment.
    """

    key: str
    value: str | None
    why: str


class Inspection(msgspec.Struct, frozen=True):
    """All that is known of one export."""

    name: str
    path: str
    contents: Contents | None
    """Read as the format that fits best, or that the settings state; None if none fits."""
    candidates: list[Candidate]
    """All formats, the best first; empty if the settings state the format."""
    others: list[OtherKind]
    suggestions: list[Suggestion] = []
    stanza: str = ""
    """YAML to paste below `exports:`; empty if no format fits."""
    page: str = ""
    """Where the page was written; empty if none was."""
