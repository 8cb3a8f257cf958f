"""Notes on the tries of a partition, by which an image that kills its workers is found.

The first try of a task only notes that it has begun. If it ends with its worker, the note stays,
and the next try is careful: it notes each image before it opens it. An image at which two careful
tries have ended, after the first, has killed three workers: the fourth try does not open it.

The notes are of one run: a run that is stopped by hand blames no image.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from upath import UPath

from curate.reasons import Reason, Refusal
from curate.stages.faults import BeforeImage, opens_all
from curate.storage import read_bytes, write_bytes
from curate.stores import reaching

_CAREFUL_TRIES = 2  # that an image may end


@contextmanager
def trying(notes: UPath) -> Iterator[BeforeImage]:
    """One try of a task; it gives what has to see each image first.

    `notes`: the folder of the notes of this task in this run.
    """
    ended_at = _read_notes(notes)
    note = notes / f"{secrets.token_hex(8)}.try"

    def before(image: str) -> None:
        if ended_at[image] >= _CAREFUL_TRIES:
            deaths = ended_at.total()
            detail = (
                f"{image}: {deaths} workers ended, the last ones while they opened it"
            )
            raise Refusal(Reason.KILLED_WORKER, detail)
        write_bytes(note, image.encode("utf-8", "surrogateescape"))

    write_bytes(note, b"")
    try:
        if ended_at:
            yield before
        else:
            yield opens_all
    finally:  # also after an exception: the worker lives
        with reaching(note):
            note.unlink()


def _read_notes(notes: UPath) -> Counter[str]:
    """How many tries have ended at each image; at "" those that were not careful."""
    ended_at: Counter[str] = Counter()
    with reaching(notes):
        found = list(notes.glob("*.try"))
    for path in found:
        ended_at[read_bytes(path).decode("utf-8", "surrogateescape")] += 1
    return ended_at
