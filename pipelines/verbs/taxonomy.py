"""`taxonomy`: what the matching makes of the labels, and the queue for reviewers."""

from typing import Any

from curate.settings import Settings
from pipelines.flow import labels
from pipelines.flow.runner import run_stages
from pipelines.flow.stages import FLOW
from pipelines.flow.start import start_run


def match_labels(settings: Settings) -> dict[str, Any]:
    """Ingest what is not ingested yet, match the labels and write the review queue."""
    with start_run(settings) as run:
        run_stages(run, FLOW, "ingest")
        matched = labels.match(run)
    return labels.plain(matched) | {
        "queue": str(labels.queue_file(run.build)),
        "warnings": run.screen.warnings,
        "faults": run.faults,
    }
