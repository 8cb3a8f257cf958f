"""What is said before training, not after hours of it: models that are not there, splits that
leave nothing to judge.
"""

from collections.abc import Iterator
from pathlib import Path

from upath import UPath

from curate.errors import InputError
from curate.model_settings import RUN_NAME, STARTS_WITHOUT_FILE
from curate.settings import Settings
from curate.shards.reader import EmptySplit, Shards, open_shards
from model.evaluation.intervals import LEAST_IMAGES
from model.runs import named_checkpoint
from pipelines.flow.screen import Screen, counted

_NAMED = 5  # domains in a sentence


def require_models(settings: Settings) -> None:
    """InputError if `train.start` or `evaluate.baseline` names a file that is not there."""
    start = settings.train.start
    is_path = start not in STARTS_WITHOUT_FILE and not _is_run(start)
    if is_path and not named_checkpoint(Path(start)).exists():
        raise InputError(
            f"{start}: no such checkpoint; train.start is base, random, or the path of a "
            "checkpoint"
        )

    baseline = settings.evaluate.baseline
    if baseline is None or baseline == "base" or _is_run(baseline):
        return
    path = UPath(baseline)
    if not path.exists():
        raise InputError(
            f"{baseline}: not there; evaluate.baseline names a checkpoint, or the folder of a "
            "report. Leave it out where there is no last model yet"
        )
    if path.suffix == ".safetensors":
        return
    folder = path
    if not path.is_dir():
        folder = path.parent
    for name in ("report.json", "scores.parquet"):
        if not (folder / name).exists():
            raise InputError(
                f"{folder / name}: missing, so evaluate.baseline gives nothing to compare with; "
                "evaluate that model again, or name its checkpoint"
            )


def _is_run(name: str) -> bool:
    """Whether a name is that of a build's own run, which is looked up when it is needed."""
    return RUN_NAME.fullmatch(name) is not None


def warn_of_shards(settings: Settings, screen: Screen) -> None:
    """Warn of what will be missing when the model is judged."""
    for line in _missing(UPath(settings.build) / "shard"):
        screen.warn(line)


def _missing(folder: UPath) -> Iterator[str]:
    test = _open(folder, "test")
    if test is None:
        yield (
            "no object is in the split test, so a model is trained, but cannot be judged: raise "
            "split.test, give a domain more images, or give an export role: test"
        )
        return

    images = len(set(test.table["image_id"].to_pylist()))
    if images < LEAST_IMAGES:
        number = counted(images, "image is", "images are")
        yield (
            f"{number} in the split test: fewer than {LEAST_IMAGES} are too few to judge a "
            "model by; raise split.test, or give an export role: test"
        )

    train = _open(folder, "train")
    if train is None:
        return
    of_test = set(test.table["domain"].to_pylist())
    of_train = set(train.table["domain"].to_pylist())
    if of_train - of_test:
        yield (
            f"nothing of {_listed(of_train - of_test)} is in the split test, so nobody will know "
            "how good the model is there"
        )
    if of_test - of_train:
        yield (
            f"nothing of {_listed(of_test - of_train)} is in the split train, so the model is "
            "judged there on what it never learned"
        )


def _open(folder: UPath, split: str) -> Shards | None:
    try:
        return open_shards(folder, split)
    except EmptySplit:
        return None


def _listed(domains: set[str]) -> str:
    names = sorted(domains)
    listed = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        listed += f" and {len(names) - _NAMED} more domains"
    return listed
