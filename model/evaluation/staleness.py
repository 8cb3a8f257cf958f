"""What of a build's model and report is not of what the build holds now.

Training, evaluation and pages are made one after the other. Whoever changes the shards or trains
again has a report of something else until the next evaluation: this says so, for pages and verbs.
Nothing here imports torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from upath import UPath

from curate.shards.manifest import read_manifest
from model.evaluation.report import Report, read_report
from model.runs import Run, run_of_model, trained_model


@dataclass(frozen=True, slots=True)
class Stale:
    """Something that is not of what the build holds now."""

    headline: str
    sentence: str
    """What it is of, and what brings it up to date."""


def find_stale(build: UPath) -> list[Stale]:
    """All that is stale in a build. InputError if its report or a record is broken."""
    manifest = read_manifest(build / "shard")
    trained = trained_model(build)
    report = read_report(build / "evaluate" / "report.json")

    found: list[Stale] = []
    if trained is not None:
        run = run_of_model(build, trained)
        found += _of_training(build, run)
        if manifest is not None and run is not None:
            found += _of_model(run, manifest.digest)
        if report is not None:
            found += _of_report(build, report, trained, run)
    if manifest is not None and report is not None:
        found += _of_test_set(report, manifest.digest)
    return found


def _of_training(build: UPath, run: Run | None) -> Iterator[Stale]:
    if run is None and (build / "train" / "state.pt").exists():
        yield Stale(
            "The training has not ended",
            "The checkpoint in train/ is the best so far; 'train' goes on.",
        )


def _of_model(run: Run, manifest: str) -> Iterator[Stale]:
    """A model that learned from other shards."""
    if run.record.origin.manifest_digest != manifest:
        yield Stale(
            "The model learned from other shards",
            f"The shards have changed since run {run.number}; 'train' takes those of now.",
        )


def _of_report(
    build: UPath, report: Report, trained: str, run: Run | None
) -> Iterator[Stale]:
    """A report on another model. `trained`: digest of the one in train/; `run`: that made it."""
    if report.model.digest == trained:
        return
    judged = _title(run_of_model(build, report.model.digest), "an earlier model")
    newest = _title(run, "another model")
    yield Stale(
        f"These scores are of {judged}",
        f"The training has left {newest} since, which is not judged yet: 'evaluate' judges it.",
    )


def _of_test_set(report: Report, manifest: str) -> Iterator[Stale]:
    if report.data.manifest_digest != manifest:
        yield Stale(
            "These scores are of other shards",
            "The shards have changed since the model was judged: 'evaluate' judges it anew.",
        )


def _title(run: Run | None, other: str) -> str:
    if run is None:
        return other
    return f"run {run.number}"
