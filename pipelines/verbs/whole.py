"""The verbs that run stages: one, some or all of them, from the exports to the judged model and its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from upath import UPath

from curate.errors import InputError
from curate.schema import STAGES
from curate.settings import Settings
from curate.storage import read_json
from pipelines.flow import build as builds
from pipelines.flow import labels
from pipelines.flow.cluster import Workers
from pipelines.flow.runner import Run, run_stages
from pipelines.flow.screen import Screen
from pipelines.flow.stages import FLOW


def curate(settings: Settings, last: str) -> dict[str, Any]:
    """Run the stages up to `last`: their ledgers, and what was warned of."""
    with _started(settings) as run:
        ledgers = run_stages(run, FLOW, last)
    return {"stages": ledgers, "warnings": run.screen.warnings}


@contextmanager
def _started(settings: Settings) -> Iterator[Run]:
    """A run whose settings and exports have been looked at, and whose build folder is its own."""
    check(settings)
    screen = Screen()
    with Workers(settings.dask, screen) as workers:
        run = Run(settings, workers, screen)
        run.look_at_exports()
        with builds.held(run.build):
            yield run


def everything(settings: Settings, until: str) -> dict[str, Any]:
    """Run all stages up to `until` and write the pages that they allow."""
    result = curate(settings, until if until in STAGES else STAGES[-1])
    result["pages"] = []
    sharded = result["stages"].get("shard")
    if sharded is None or not sharded.out:
        return result
    from pipelines.pages.curation.curation import write_curation_page

    result["pages"].append(str(write_curation_page(settings)))
    if until in ("train", "evaluate"):
        result |= train(settings)
    if until == "evaluate":
        result |= evaluate(settings)
        from pipelines.pages.evaluation.evaluation import write_evaluation_page

        result["pages"].append(str(write_evaluation_page(settings)))
    return result


def match_labels(settings: Settings) -> dict[str, Any]:
    """Ingest what is not ingested yet, match the labels and write the review queue."""
    with _started(settings) as run:
        run_stages(run, FLOW, "ingest")
        matched = labels.match(run)
    return labels.plain(matched) | {
        "queue": str(labels.queue_file(run.build)),
        "warnings": run.screen.warnings,
    }


def train(settings: Settings) -> dict[str, Any]:
    """Train on the shards; the checkpoint's path."""
    _need(settings, "shard")
    from model.train import train as train_model

    return {"checkpoint": str(train_model(settings, Screen().note))}


def evaluate(settings: Settings) -> dict[str, Any]:
    """Judge the model; the report's path."""
    _need(settings, "shard")
    from model.evaluation.evaluate import evaluate as evaluate_model

    return {"report": str(evaluate_model(settings, Screen().note))}


def write_pages(settings: Settings) -> list[str]:
    """Write the pages of what has been built so far; their paths."""
    _need(settings, "shard")
    from pipelines.pages.curation.curation import write_curation_page

    pages = [str(write_curation_page(settings))]
    if read_json(UPath(settings.build) / "evaluate" / "report.json") is not None:
        from pipelines.pages.evaluation.evaluation import write_evaluation_page

        pages.append(str(write_evaluation_page(settings)))
    return pages


def check(settings: Settings) -> None:
    """Refuse, before any work, what only shows when the settings are read together. InputError."""
    domains = {export.domain for export in settings.exports}
    unknown = sorted(set(settings.balance.targets) - domains)
    if unknown:
        known = ", ".join(sorted(domains))
        raise InputError(
            f"balance.targets names the domain {unknown[0]!r}, which no export has; there are {known}"
        )
    if sum(settings.balance.targets.values()) > 1.0 + 1e-9:
        raise InputError("balance.targets: the shares sum to more than 1")
    labels.load(settings)


def _need(settings: Settings, stage: str) -> None:
    build = UPath(settings.build)
    if builds.state(build, stage) is None:
        raise InputError(
            f"{build / stage}: not built yet; run 'python -m pipelines {stage}' with this settings file first"
        )
