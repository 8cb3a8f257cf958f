"""The answers that the server gave, as long as the loop needs them.

A file for each day, `<build>/loop/answers/2026-01-02.jsonl`, to which lines are only ever added:
one for each answer, with the picture's id, the box, the mask and the model. The loop compares them
with the masks that come back from the annotation tool.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
from upath import UPath

from curate.pixels import run_lengths
from pipelines.loop.answering import Answered
from pipelines.loop.masks_as_asked import in_picture
from pipelines.loop.records import Corners, Picture

ANSWERS = "answers"
"""Name of the folder in that of the loop."""


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was given."""

    when: str
    """UTC, as ISO 8601 has it."""

    picture: str
    """First 32 hex digits of the SHA-256 of its file: the image_id of ingest."""

    height: int
    """px of the picture, as displayed"""

    width: int
    box: Corners
    counts: str
    """The mask as compressed run-lengths of the picture."""

    expected_iou: float | None
    model: str
    """Digest of the checkpoint."""

    run: int | None


def given(picture: Picture, box: Corners, answer: Answered) -> GivenAnswer:
    """The record of an answer that is given now."""
    runs = in_picture(answer, picture)
    return GivenAnswer(
        when=datetime.now(UTC).isoformat(timespec="milliseconds"),
        picture=picture.id,
        height=picture.height,
        width=picture.width,
        box=box,
        counts=run_lengths.compress(runs),
        expected_iou=answer.expected_iou,
        model=answer.by.digest,
        run=answer.by.run,
    )


class AnswerLog:
    """The folder of answers, for one server. `most_bytes`: of all its files."""

    def __init__(self, folder: UPath, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, answers: Sequence[GivenAnswer]) -> None:
        """Add answers, which are of one time."""
        # Each begins a line of its own: what a kill has left half spoils no other one.
        lines = b"".join(b"\n" + msgspec.json.encode(each) for each in answers)
        day = answers[0].when[:10]
        path = self._folder / f"{day}.jsonl"
        with self._lock:
            if not path.exists():
                self._make_room()
            with path.open("ab") as file:
                file.write(lines)

    def _make_room(self) -> None:
        """Remove the oldest days until the others are few enough."""
        sizes = {path: path.stat().st_size for path in _days(self._folder)}
        total = sum(sizes.values())
        for path, size in sizes.items():
            if total <= self._most_bytes:
                return
            path.unlink()
            total -= size


def read_answers(folder: UPath) -> Iterator[GivenAnswer]:
    """All answers of a folder in the order of time; a line that a kill has cut is left out."""
    for path in _days(folder):
        for line in path.read_bytes().split(b"\n"):
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(line, type=GivenAnswer)


def _days(folder: UPath) -> list[UPath]:
    """The files of a folder, the oldest first."""
    return sorted(folder.glob("*.jsonl"), key=lambda path: path.name)
