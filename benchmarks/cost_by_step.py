"""What each step from exports to shards costs, in CPU milliseconds an object.

    python -m benchmarks.cost_by_step [--data FOLDER] [--objects 8000] [--repeats 5]

All steps run in this process, those of the guarded child, too: its requests and answers are
encoded and decoded as ever, but go through no pipe. A step's time is its own, without the steps
inside it. It is the processor's, so other work on the machine adds little: the median of all runs
counts.
FOLDER has the open sets coco-mini and carparts, which are grown to `objects` objects.
"""

import functools
import inspect
import statistics
import sys
import tempfile
import time
import typing
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.shared import bare_loop
from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.grown_coco import grow
from benchmarks.shared.timing import report
from benchmarks.shared.whole_pipeline import Source, run_pipeline, sources_of
from curate import storage
from curate.exports import child, child_process
from curate.pixels import jpeg_crops, probing
from curate.shards import writer
from curate.stages import (
    annotations,
    crop_encoding,
    image_masks,
    ingest,
    objects,
    overlaps,
    shard,
)
from pipelines.flow import planning, runner
from pipelines.flow.stages import FLOW

Function = Callable[..., Any]

_NO_LIMIT = 10**12  # bytes, or seconds
_END = object()

STEPS: dict[Function, str] = {
    planning.plan_exports: "ingest: read annotations, find images, write plans",
    ingest.ingest_partition: "ingest: rows of all objects",
    objects.read_images: "ingest: flags of images and objects, repetition",
    probing.probe: "ingest: open, hash and decode photos, hash what they show",
    image_masks.rasterise_polygons: "ingest: fill outlines",
    annotations.make_objects: "ingest: areas, boxes, run-lengths, signs of bad masks",
    overlaps.overlapping_keys: "ingest: overlaps",
    storage.write_table: "all: write segments and drops",
    storage.read_table: "all: read segments",
    runner.run_stages: "all: keys, ledgers, folders, settings",
    shard.shard_partition: "shard: order, windows, places",
    crop_encoding.cut_image: "shard: open and hash photos, masks of the crops",
    jpeg_crops.crop_jpeg: "shard: cut JPEG blocks",
    writer.write_files: "shard: write Parquet and its digest",
}
"""The steps by the functions that do them; several functions may be one step."""


class Clock:
    """CPU seconds of each step, without those of the steps inside it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._own = [0.0]
        self._since = time.process_time()

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Count what is done inside as `step`."""
        self._count()
        self._own.append(0.0)
        try:
            yield
        finally:
            self._count()
            self.seconds[step] += self._own.pop()

    def _count(self) -> None:
        """Add the time since the last count to what is at work."""
        now = time.process_time()
        self._own[-1] += now - self._since
        self._since = now

    def timed(self, step: str, function: Function) -> Function:
        """The function, or generator function, whose work is counted as `step`."""

        @functools.wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self.during(step):
                made = function(*args, **kwargs)
            if inspect.isgenerator(made):
                return self._counted_items(step, made)
            return made

        return counted

    def _counted_items(self, step: str, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            with self.during(step):
                item = next(items, _END)
            if item is _END:
                return
            yield item


def call_here(
    function: Function, limits: child.ChildLimits, *args: Any, **_: Any
) -> Any:
    """What `child.call` does, without another process; only for exports that are sound."""
    del limits
    name = f"{function.__module__}:{function.__qualname__}"
    request = msgspec.msgpack.encode((name, _NO_LIMIT, args))
    sent = msgspec.msgpack.encode(child_process.answer_to(request, _NO_LIMIT))
    answer = msgspec.msgpack.decode(sent, type=child_process.Answer)
    if not isinstance(answer, child_process.Result):
        raise RuntimeError(f"{name} gives no result: {answer}")
    result_type = typing.get_type_hints(function)["return"]
    return msgspec.msgpack.decode(answer.value, type=result_type)


def put_clocks(clock: Clock) -> None:
    """Count each step in this process from now on."""
    _put(child.call, clock.timed("ingest, shard: messages to the child", call_here))
    for function, step in STEPS.items():
        _put(function, clock.timed(step, function))
    for name in ("remap", "filter", "split", "balance"):
        stage = FLOW[name]
        FLOW[name] = replace(stage, work=clock.timed(name, stage.work))


def _put(function: Function, other: Function) -> None:
    """Let all modules of ours call another function instead of this one."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ("curate", "pipelines", "benchmarks"):
            continue
        for attribute, value in list(vars(module).items()):
            if value is function:
                setattr(module, attribute, other)


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--objects", type=int, default=8000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = sources_of(arguments.data, folder / "made")
        source = grown(given, arguments.objects, folder / "grown")
        costs = measure(source, folder, arguments.repeats)
    _report(costs)


def grown(given: list[Source], number: int, folder: Path) -> Source:
    """Exports grown to so many objects, as one."""
    documents = []
    for source in given:
        documents += source.documents
    document = grow(documents, number, folder)
    return Source(folder, [(document, folder / "images")])


def measure(source: Source, scratch: Path, repeats: int) -> dict[str, float]:
    """The CPU milliseconds an object that each step took, and the bare loop."""
    made = run_pipeline([source], scratch / "first")
    rows = bare_loop.rows_of_crops(scratch / "first")
    clock = Clock()
    put_clocks(clock)

    runs = []
    for number in range(repeats):
        clock.seconds.clear()
        with clock.during("else"):
            run_pipeline([source], scratch / f"build-{number}")
        run = dict(clock.seconds)
        # The loop calls functions that are steps of the pipeline, too.
        begun = time.process_time()
        bare_loop.bare_loop(rows, scratch / "bare.parquet")
        run["bare loop"] = time.process_time() - begun
        runs.append(run)

    costs = {}
    for step in runs[0]:
        seconds = [run[step] for run in runs]
        median = statistics.median(seconds)
        costs[step] = 1000 * median / made
    return costs


def _report(costs: Mapping[str, float]) -> None:
    """Print and write the table, the steps in the order of the flow."""
    steps = dict(costs)
    bare = steps.pop("bare loop")
    total = sum(steps.values())
    share = bare / total

    lines = ["CPU milliseconds an object, one process:"]
    for step, cost in sorted(steps.items()):
        lines.append(f"  {step:<60} {cost:.3f}")
    lines.append(f"  {'together':<60} {total:.3f}")
    lines.append(f"  {'bare loop':<60} {bare:.3f}, {share:.2f} of it")

    found = {**costs, "together": total}
    report("cost_by_step", lines, {"ms_per_object": found})


if __name__ == "__main__":
    main()
