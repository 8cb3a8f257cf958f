"""Faults: exceptions that no rule foresees. Their tracebacks are kept in files.

They are in `<build>/faults/`. A fault costs one image, which is dropped with the reason
`fault`; the run goes on and ends with exit code 1. The stage is done again by the next
run, and only its partitions without a fault are kept.
"""

from collections.abc import Iterable

import msgspec
from upath import UPath

from curate.drops import FaultReport
from curate.storage import digest, write_bytes
from pipelines.flow.screen import counted


class StageFaults(msgspec.Struct, frozen=True):
    """The faults of one stage: how many, and the files of their tracebacks."""

    stage: str
    count: int
    files: list[str]


def write_traces(build: UPath, stage: str, faults: Iterable[FaultReport]) -> None:
    """Write the traceback of each fault. Faults with the same traceback share one file.

    The file names the first image only; the others are rows of the stage's drops.
    """
    for fault in faults:
        # One bug may cost thousands of images; its traceback is the same for all of
        # them.
        path = _folder(build) / f"{stage}-{digest(fault.trace)[:12]}.txt"
        if path.exists():
            continue
        text = (
            f"{fault.summary}\n"
            f"stage {stage}, export {fault.export!r}, first met at image "
            f"{fault.image_path!r}\n\n"
            f"{fault.trace}\n"
        )
        write_bytes(path, text.encode("utf-8", "backslashreplace"))


def remove_traces(build: UPath, stage: str) -> None:
    """Remove what an earlier run of the stage has left."""
    for path in _traces(build, stage):
        path.unlink()


def stage_faults(build: UPath, stage: str, count: int) -> StageFaults:
    """The stage's `count` faults, with the files that `write_traces` has written."""
    return StageFaults(stage, count, [str(path) for path in _traces(build, stage)])


def describe(faults: Iterable[StageFaults]) -> str:
    """How many faults there are, in which stage, and where their tracebacks are."""
    lines = []
    for each in faults:
        lines.append(f"{counted(each.count, 'fault')} in {each.stage}:")
        lines += [f"  traceback: {file}" for file in each.files]
    lines.append(
        "A fault is a bug of segcurate, not of your data. What it cost is dropped with "
        "the reason 'fault', and the run went on. The next run tries it again."
    )
    return "\n".join(lines)


def _folder(build: UPath) -> UPath:
    return build / "faults"


def _traces(build: UPath, stage: str) -> list[UPath]:
    folder = _folder(build)
    if not folder.exists():
        return []
    return sorted(folder.glob(f"{stage}-*.txt"), key=lambda path: path.name)
