"""Keeping runs: what training and evaluation leave in `<build>/runs/N/`, and what stays of it.

Records, reports and scores are small and stay for ever. A checkpoint stays while its run is among
the newest (`runs.keep`), promoted or one of the two promoted before, or named by the settings as
start or baseline.
"""

import os
from collections.abc import Callable

import pyarrow.compute as pc
from upath import UPath

from curate.folders import remove_folder
from curate.settings import Settings
from curate.storage import digest, read_table, write_bytes, write_json, write_table
from curate.stores import is_local
from model.evaluation.report import read_report
from model.promotion import now, read_promotion
from model.records import Origin
from model.runs import (
    CHECKPOINT,
    RUNS,
    Mix,
    Run,
    RunRecord,
    read_runs,
    run_of_model,
)

_RETURNS = 2  # rollbacks in a row that find their checkpoint, however old it is

_Log = Callable[[str], None]


def keep_training(
    settings: Settings, origin: Origin, key: str, log: _Log, mix: Mix | None = None
) -> Run:
    """Keep the finished training of a build as a run, unless it is one already.

    `origin`: what the checkpoint says of where it comes from. `key`: of the training. `mix`: how
    new objects were mixed with old ones, if they were.
    """
    build = UPath(settings.build)
    trained = build / "train"
    model = digest((trained / CHECKPOINT).read_bytes())
    known = run_of_model(build, model)
    if known is not None and known.record.key == key:
        return known

    new = build / RUNS / ".new"
    remove_folder(new)
    record = RunRecord(
        finished=now(),
        start=settings.train.start,
        key=key,
        model=model,
        origin=origin,
        mix=mix,
    )
    write_json(new / "run.json", record)
    write_json(new / "settings.json", settings.model_dump(mode="json"))
    for name in (CHECKPOINT, "train.json", "curve.png"):
        if (trained / name).exists():
            _share(trained / name, new / name)

    run = _give_number(new, record)
    log(f"train: kept as run {run.number}, in {run.folder}")
    _remove_old_checkpoints(settings, log)
    return run


def keep_report(build: UPath) -> Run | None:
    """Keep the report of a build, and the model's scores, with the run that made the model.

    None if the judged model is of no run.
    """
    folder = build / "evaluate"
    report = read_report(folder / "report.json")
    if report is None:
        return None
    run = run_of_model(build, report.model.digest)
    if run is None:
        return None

    content = (folder / "report.json").read_bytes()
    kept = run.folder / "report.json"
    if not kept.exists() or kept.read_bytes() != content:
        scores = read_table(folder / "scores.parquet")
        is_model = pc.equal(scores["method"], "model")
        write_table(run.folder / "scores.parquet", scores.filter(is_model))
        write_bytes(kept, content)
    return run


def _share(source: UPath, target: UPath) -> None:
    """Give a file a second name, or copy it where that cannot be.

    Files here are only ever replaced as a whole, so both names keep their bytes.
    """
    if is_local(source):
        try:
            os.link(source.path, target.path)
        except OSError:  # a file system without links
            write_bytes(target, source.read_bytes())
    else:
        write_bytes(target, source.read_bytes())


def _give_number(new: UPath, record: RunRecord) -> Run:
    """Rename a whole folder to the number after the highest one."""
    names = [path.name for path in new.parent.iterdir()]
    number = max((int(name) for name in names if name.isdecimal()), default=0) + 1
    folder = new.parent / str(number)
    if is_local(new):
        os.rename(new.path, folder.path)  # noqa: PTH104  a UPath's would follow no URL
    else:
        new.fs.mv(new.path, folder.path, recursive=True)
    return Run(number, folder, record)


def _remove_old_checkpoints(settings: Settings, log: _Log) -> None:
    """Remove the checkpoints that the rule no longer keeps, and say which."""
    build = UPath(settings.build)
    runs = read_runs(build)
    kept = {run.number for run in runs[-settings.runs.keep :]}
    promotion = read_promotion(build)
    if promotion is not None:
        kept |= {step.run for step in promotion.stack[-1 - _RETURNS :]}
    named = (settings.evaluate.baseline or "", settings.train.start)

    removed = []
    for run in runs:
        is_named = any(_names(name, run) for name in named)
        if run.number not in kept and not is_named and run.checkpoint.exists():
            run.checkpoint.unlink()
            removed.append(str(run.number))
    if removed:
        log(
            f"train: the checkpoints of runs {', '.join(removed)} are removed; their records "
            f"stay (runs.keep: {settings.runs.keep})"
        )


def _names(name: str, run: Run) -> bool:
    """Whether the settings name a run: as `runs/3`, or by a path into its folder."""
    if name == f"{RUNS}/{run.number}":
        return True
    folder = str(run.folder)
    return name == folder or name.startswith(f"{folder}/")
