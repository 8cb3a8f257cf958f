"""`taxonomy`: apply what reviewers wrote, match the labels, write queue and page."""

from typing import Any

from upath import UPath

from curate.settings import Settings
from pipelines.flow import label_words, labels, queue, reviewing
from pipelines.flow.runner import run_stages
from pipelines.flow.stages import FLOW
from pipelines.flow.start import start_run
from pipelines.pages.review.review import write_review_page


def match_labels(settings: Settings) -> dict[str, Any]:
    """Apply the answers in the queue, then write the queue and the review page anew.

    What is not ingested yet is ingested first. InputError if an answer is wrong, or contradicts a
    decision of another reviewer: then nothing is written.
    """
    with start_run(settings) as run:
        applied, written = _apply_queue(settings)
        run_stages(run, FLOW, "ingest")
        matched = labels.match(run, applied)
        page = write_review_page(run, matched)
    return label_words.plain(matched) | {
        "queue": str(labels.queue_file(run.build)),
        "page": str(page),
        "decided": written.decisions,
        "files": written.files,
        "warnings": run.screen.warnings,
        "faults": run.faults,
    }


def _apply_queue(settings: Settings) -> tuple[queue.Applied, reviewing.Written]:
    """Apply what reviewers wrote into the queue."""
    text = queue.read_queue(UPath(settings.build))
    if not text:
        return queue.Applied("", {}), reviewing.Written([], 0, [])
    with reviewing.writing(settings):
        taxonomy = labels.load_taxonomy(settings)
        answers = queue.read_queue_answers(settings, text, taxonomy)
        written = reviewing.apply_answers(settings, answers)
    return queue.Applied(text, answers.notes), written
