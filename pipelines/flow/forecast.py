"""What a run would do, told without doing it: which stages, with how many annotations, how long.

Counts are of what is there: files of the exports, ledgers of finished stages. A time is the
measured rate of the last run of a stage that did all of its work. What nobody knows is None.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from upath import UPath

from curate.ledger import ExportLedger
from curate.schema import STAGES
from curate.settings import Settings
from curate.stores import forget_listings, is_local
from pipelines.flow import build as builds
from pipelines.flow import labels
from pipelines.flow.amount import file_sizes
from pipelines.flow.build import StageState
from pipelines.flow.cluster import Workers
from pipelines.flow.planning import described
from pipelines.flow.rates import Rate, read_rates
from pipelines.flow.runner import Run, Stage, key_of
from pipelines.flow.screen import Screen


class ExportForecast(msgspec.Struct, frozen=True):
    """An export that ingest would read: its files, and what the last run found in it.

    `files`, `bytes`: 0 at a URL, where nothing is asked for. `annotations`: None if it was never
    read.
    """

    name: str
    files: int
    bytes: int
    annotations: int | None


class StageForecast(msgspec.Struct, frozen=True):
    """What would become of a stage.

    `why`: it is done again; "" if it is kept. `annotations`: that come in. `is_exact`: they are
    those of the finished stage before it, and not of the last run. `bytes`: that are read, 0 if
    they are not written yet. `rate`: of the last run that did all of its work. `seconds`: that it
    will take by this rate.
    """

    stage: str
    is_kept: bool
    why: str
    annotations: int | None
    is_exact: bool
    bytes: int
    rate: Rate | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class _Finished:
    """What the last run left of a stage: nothing, if it was never done.

    `damaged`: its files that are gone since, or have another size. The rest is from its ledger, if
    that is there.
    """

    state: StageState | None
    damaged: list[str]
    came_in: int | None = None
    out: int | None = None
    by_export: Mapping[str, ExportLedger] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Coming:
    """What comes into a stage, as in `StageForecast`."""

    annotations: int | None
    is_exact: bool
    bytes: int


class Forecast(msgspec.Struct, frozen=True):
    """What a run would do. `exports`: those that ingest would read."""

    exports: list[ExportForecast]
    stages: list[StageForecast]

    @property
    def seconds(self) -> float | None:
        """That all stages will take; None if it is not known of one that is done again."""
        total = 0.0
        for stage in self.stages:
            if stage.is_kept:
                continue
            if stage.seconds is None:
                return None
            total += stage.seconds
        return total


def foresee(settings: Settings, flow: Mapping[str, Stage], last: str) -> Forecast:
    """What bringing the stages up to `last` up to date would do.

    InputError as for the run itself: bad settings, an export without files, another run at work.
    """
    forget_listings()
    labels.load(settings)
    screen = Screen()
    run = Run(settings, Workers(settings.dask, screen), screen)
    run.look_at_exports()
    names = STAGES[: STAGES.index(last) + 1]
    with _held_if_there(run.build):
        # Each folder is listed once: on a store that is a request.
        finished = {name: _look_at(run.build, name) for name in names}
        exports = list(_exports_to_read(run, flow["ingest"], finished["ingest"]))
        stages = list(_stages(run, flow, finished, exports))
    if stages[0].is_kept:
        exports = []
    return Forecast(exports, stages)


def _held_if_there(build: UPath) -> AbstractContextManager[None]:
    """The lock on a build folder; a dry run makes none, and needs none where it may not write."""
    if not build.exists():
        return nullcontext()
    if is_local(build) and not os.access(build.path, os.W_OK):
        return nullcontext()
    return builds.held(build)


def _look_at(build: UPath, stage: str) -> _Finished:
    """What the last run left of a stage."""
    state = builds.state_of(build, stage)
    damaged = builds.damaged_files(build, stage, state)
    if state is None or "ledger.json" in damaged:
        return _Finished(state, damaged)
    report = builds.ledger_of(build, stage)
    return _Finished(state, damaged, report.came_in, report.out, report.by_export)


def _stages(
    run: Run,
    flow: Mapping[str, Stage],
    finished: Mapping[str, _Finished],
    exports: list[ExportForecast],
) -> Iterator[StageForecast]:
    """What becomes of each stage, in order.

    `finished`: the stages up to the last that is asked for. `exports`: those that ingest would
    read.
    """
    rates = read_rates(run.build)
    key = ""
    before = ""
    is_kept = True
    for name, left in finished.items():
        stage = flow[name]
        reads = stage.reads(run)
        key = key_of(stage, reads, key)
        is_kept_before = is_kept
        has_key = left.state is not None and left.state.key == key
        is_kept = has_key and not left.damaged

        if is_kept:
            yield StageForecast(
                stage=name,
                is_kept=True,
                why="",
                annotations=left.came_in,
                is_exact=True,
                bytes=0,
                rate=rates.get(name),
                seconds=0.0,
            )
        else:
            why = _why(stage, reads, left.state, is_kept_before)
            if left.damaged:
                why = builds.damage_in_words(left.damaged)
            coming = _of_exports(exports)
            if before:
                coming = _Coming(left.came_in, False, 0)
            if before and is_kept_before:
                size = sum(builds.partition_sizes(run.build, before))
                coming = _Coming(finished[before].out, True, size)
            yield _done_again(name, why, coming, rates.get(name))
        before = name


def _done_again(
    name: str, why: str, coming: _Coming, rate: Rate | None
) -> StageForecast:
    """A stage that is done again, with the time that it takes by its rate."""
    seconds = None
    if coming.annotations is not None and rate is not None:
        seconds = coming.annotations / rate.per_second
    return StageForecast(
        stage=name,
        is_kept=False,
        why=why,
        annotations=coming.annotations,
        is_exact=coming.is_exact,
        bytes=coming.bytes,
        rate=rate,
        seconds=seconds,
    )


def _of_exports(exports: Sequence[ExportForecast]) -> _Coming:
    """What comes into ingest. Nobody knows if no export has changed: faults are tried again."""
    if not exports:
        return _Coming(None, False, 0)
    annotations = [export.annotations for export in exports]
    size = sum(export.bytes for export in exports)
    return _Coming(_sum(annotations), False, size)


def _sum(numbers: Sequence[int | None]) -> int | None:
    """The sum; None if one is not known."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _why(
    stage: Stage,
    reads: Mapping[str, object],
    finished: StageState | None,
    is_kept_before: bool,
) -> str:
    """Why a stage is done again."""
    if finished is None:
        return "not done yet"
    if finished.version != stage.version:
        return "its code has changed"
    changed = [name for name in reads if finished.settings.get(name) != reads[name]]
    if changed:
        return f"changed: {', '.join(changed)}"
    if not is_kept_before:
        return "the stage before it is done again"
    return "the last run met faults"


def _exports_to_read(
    run: Run, stage: Stage, finished: _Finished
) -> Iterator[ExportForecast]:
    """The exports that ingest would read again: those that are new or have changed."""
    known: list[object] = []
    state = finished.state
    if state is not None and state.version == stage.version:
        known = _known_exports(state, run.settings)

    for export in run.settings.exports:
        if [described(export), run.fingerprints[export.name]] in known:
            continue
        annotations = None
        if export.name in finished.by_export:
            annotations = finished.by_export[export.name].came_in
        sizes: list[int] = []
        if "://" not in export.path:
            sizes = list(file_sizes(Path(export.path)))
        yield ExportForecast(
            name=export.name,
            files=len(sizes),
            bytes=sum(sizes),
            annotations=annotations,
        )


def _known_exports(finished: StageState, settings: Settings) -> list[object]:
    """The settings of each export that ingest has read, with the fingerprint of its files.

    It is empty if other limits hold now: they may drop other annotations.
    """
    if finished.settings.get("limits") != settings.limits.model_dump(mode="json"):
        return []
    exports = finished.settings.get("exports")
    files = finished.settings.get("files")
    if not isinstance(exports, list) or not isinstance(files, dict):
        return []
    return [[export, files.get(export["name"])] for export in exports]
