"""The review queue of a build: written after each matching, never over a reviewer's words."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from upath import UPath

from curate import storage
from curate.errors import InputError
from curate.labels.answers import Answers, read_answers
from curate.labels.review_queue import is_edited, review_queue
from curate.labels.taxonomy import Taxonomy
from curate.reasons import Refusal
from curate.settings import Settings
from curate.text import decode_text
from curate.yaml_files import read_yaml
from pipelines.flow.runner import Run

Notes = Mapping[tuple[str, str], tuple[str, str]]
"""What reviewers said of labels that go on waiting, as in `curate.labels.answers.Answers`."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A queue of which everything has been applied: its text, and what goes on waiting."""

    text: str
    notes: Notes


def queue_file(build: UPath) -> UPath:
    """Where the labels that wait for a decision are listed."""
    return build / "taxonomy" / "review.yaml"


def read_queue(build: UPath) -> str:
    """The text of the queue, or "". InputError if it is no text."""
    file = queue_file(build)
    if not file.exists():
        return ""
    try:
        return decode_text(file.read_bytes())
    except Refusal as refusal:
        raise InputError(f"{file}: {refusal.detail}") from None


def read_queue_answers(settings: Settings, text: str, taxonomy: Taxonomy) -> Answers:
    """What reviewers wrote into a queue.

    Raises InputError; it lists what is wrong, each with file, line and column.
    """
    name = str(queue_file(UPath(settings.build)))
    document = read_yaml(text.encode(), name, as_text=True)
    return read_answers(document, taxonomy, customers(settings))


def customers(settings: Settings) -> list[str]:
    """The customers of the exports, each once."""
    return sorted({export.customer for export in settings.exports})


def write_queue(
    run: Run, labels: pa.Table, taxonomy: Taxonomy, applied: Applied | None
) -> None:
    """List the labels that wait, unless a reviewer has changed the list: then it is left alone.

    `applied`: what has been applied just now. If it is still what the file holds, the list is
    written anew, and a reviewer's version is kept in the folder `answered`.
    """
    file = queue_file(run.build)
    old = read_queue(run.build)
    notes: Notes = {}
    if applied is not None and old == applied.text:
        notes = applied.notes
        if old and is_edited(old):
            _keep(run, old)
    elif old and is_edited(old):
        run.screen.warn(
            f"{file} was edited since it was written, so it is left as it is; "
            "'python -m pipelines taxonomy' with this settings file applies what it says"
        )
        return
    elif old:
        # Nobody has edited it, so it can be read: it holds what was kept the last time.
        notes = read_queue_answers(run.settings, old, taxonomy).notes
    storage.write_bytes(file, review_queue(labels, notes).encode())


def _keep(run: Run, text: str) -> None:
    """Keep a reviewer's version of the queue, with its comments, beside the new one."""
    folder = run.build / "taxonomy" / "answered"
    number = 1
    while (folder / f"review-{number:03d}.yaml").exists():
        number += 1
    storage.write_bytes(folder / f"review-{number:03d}.yaml", text.encode())
