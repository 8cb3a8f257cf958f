"""The loop simulated on data held apart: does correcting get less work, and is poison stopped?

    python -m benchmarks.loop_simulation [--data FOLDER] [--steps 300] [--objects 60] [--shift 0.2]

Five rounds. Each brings new images of every domain; the model in use answers their drawn boxes;
annotators let an answer of IoU ≥ 0.9 be, and correct others to the truth, 1 px off at most; a
training from the last model learns from what they submit; the gate judges, and what passes is
promoted. Effort is the number of clicks (`model/evaluation/correction_effort.py`) that mend an
answer, or that draw the mask anew where that needs fewer.

Then the last round again, with a customer whose tool shifts each mask by a share of its sides: once
with neither gate nor quality trust, and once with both. Quality trust comes with the judgement of
deliveries, which may hold one back.

`--data`: a folder of the open corpus's exports; without it, the demo's, drawn by code. Two fifths
of their images are test images, as the gate needs them, and none are for validation.
"""

import dataclasses
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.deliveries import (
    at_most,
    delivered,
    largest_customer,
    of_split,
    with_more_of,
)
from benchmarks.shared.loop_words import Round, Summary, lines_of, told
from benchmarks.shared.simulated_answers import (
    Effort,
    Shift,
    effort_on,
    shards_of,
    submit,
)
from benchmarks.shared.simulated_loop import (
    Loop,
    Scale,
    State,
    clicks_saved,
    gate,
    iou_gained,
    judged_deliveries,
    learn,
    trust,
    weighed,
    without,
)
from benchmarks.shared.timing import report
from curate.formats import options_by_name
from curate.settings_file import load_settings
from curate.storage import read_partitions
from examples.demo.exports import write_exports
from model.checkpoint import checkpoint_path
from pipelines.verbs.stage import curate

_EXAMPLES = Path(__file__).parents[1] / "examples"
_DEMO_EXPORTS = _EXAMPLES.parent / "build" / "demo" / "exports"
_BUILD = Path("build/loop_simulation")
_SPLIT = {"val": 0.0, "test": 0.4}
_SHIFT = 0.2  # of a mask's sides
_POISONED = 4  # times the objects of a domain that the poisoned customer delivers


@dataclass(frozen=True, slots=True)
class Guards:
    """What may keep a bad delivery out of the model in use."""

    gate: bool
    quality_trust: bool


_USUAL = Guards(gate=True, quality_trust=False)  # as settings have it
_ARMS = {
    "off": Guards(gate=False, quality_trust=False),
    "on": Guards(gate=True, quality_trust=True),
}


def main() -> None:
    """Simulate and report."""
    usual = Scale()
    parser = argument_parser(__doc__)
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--objects", type=int, default=usual.objects)
    parser.add_argument("--shift", type=float, default=_SHIFT)
    asked = parser.parse_args()
    scale = Scale(steps=asked.steps, objects=asked.objects)
    torch.set_num_threads(1)

    rows = curated_rows(asked.data)
    with tempfile.TemporaryDirectory() as folder:
        simulated = simulate(rows, scale, asked.shift, Path(folder))
    report("loop_simulation", lines_of(simulated), simulated)


def curated_rows(data: str | None) -> pa.Table:
    """The rows of the open corpus's or of the demo's exports, with their splits."""
    name = "open-corpus"
    if data is None:
        name = "demo"
        if not _DEMO_EXPORTS.exists():
            write_exports(_DEMO_EXPORTS, os.cpu_count() or 1)
    build = _BUILD / name
    settings = load_settings(_EXAMPLES / f"{name}.yaml", options_by_name(), data)
    split = settings.split.model_copy(update=_SPLIT)
    changed = {"build": str(build.absolute()), "split": split}
    settings = settings.model_copy(update=changed)
    curate(settings, "balance")
    return pa.concat_tables(read_partitions(UPath(build) / "balance" / "segments"))


def simulate(
    rows: pa.Table, scale: Scale, shift: float, folder: Path
) -> dict[str, Any]:
    """All rounds, and the last one poisoned; what `lines_of` shows."""
    train = of_split(rows, "train")
    base = checkpoint_path("base")
    test_rows = at_most(of_split(rows, "test"), "image_id", scale.test_objects)
    loop = Loop(
        folder=folder,
        test=shards_of(folder / "test", test_rows, base, "test"),
        scale=scale,
        log=print,
    )
    first = State(base, effort_on(base, loop.test), train.slice(0, 0))

    state = first
    rounds = []
    for number in range(scale.rounds):
        before_last = state
        new = at_most(delivered(train, number, scale.rounds), "domain", scale.objects)
        found, state = run_round(loop, f"round {number + 1}", state, new, _USUAL, None)
        rounds.append(found)

    poison = Shift(largest_customer(test_rows), shift)
    new = with_more_of(new, train, poison.customer, _POISONED * scale.objects)
    arms = {}
    beside_sound = {}
    for name, guards in _ARMS.items():
        arms[name], after = run_round(
            loop, f"poisoned, {name}", before_last, new, guards, poison
        )
        beside_sound[name] = iou_gained(loop, state.effort, after.effort)
    return {
        "scale": dataclasses.asdict(scale),
        "before": summary(first.effort),
        "rounds": rounds,
        "saved": clicks_saved(loop, first.effort, state.effort),
        "falls": _falls(loop, state.effort, first.effort),
        "shift": dataclasses.asdict(poison),
        "before_poison": summary(before_last.effort),
        "arms": arms,
        "beside_sound": beside_sound,
    }


def run_round(
    loop: Loop,
    name: str,
    state: State,
    new: pa.Table,
    guards: Guards,
    shift: Shift | None,
) -> tuple[Round, State]:
    """One round on new rows; the state after it."""
    asked = loop.folder / f"{name}-asked"
    submitted, effort = submit(asked, state.model, new, shift)
    held = []
    trusts = {}
    if guards.quality_trust:
        deliveries = judged_deliveries(loop, name, state, submitted)
        held = [each for each in deliveries if each.is_held]
        submitted = without(submitted, held)
        factors = trust(loop, name, state, submitted)
        submitted = weighed(submitted, factors)
        trusts = _mean_trusts(submitted, factors, shift)

    candidate = learn(loop, name, state, submitted)
    on_test = effort_on(candidate, loop.test)
    falls = _falls(loop, on_test, state.effort)
    promoted = not (guards.gate and falls)

    learned = pa.concat_tables([state.learned, submitted])
    after = State(state.model, state.effort, learned)
    if promoted:
        after = State(candidate, on_test, learned)
    found = Round(summary(effort), summary(on_test), falls, promoted, held, trusts)
    loop.log(f"{name}: {told(found)}")
    return found, after


def _mean_trusts(
    rows: pa.Table, factors: NDArray[np.float64], shift: Shift | None
) -> dict[str, float]:
    """Mean (n,) factor of shifted masks, and of the others."""
    customers = np.array(rows["customer"].to_pylist())
    is_shifted = np.zeros(len(rows), np.bool_)
    if shift is not None:
        is_shifted = customers == shift.customer
    found = {}
    if not is_shifted.all():
        found["other"] = float(factors[~is_shifted].mean())
    if is_shifted.any():
        found["shifted"] = float(factors[is_shifted].mean())
    return found


def summary(effort: Effort) -> Summary:
    """Means by domain, and over all objects."""
    found = {"all": _means(effort, np.ones(len(effort.iou), np.bool_))}
    for domain in np.unique(effort.domains).tolist():
        found[domain] = _means(effort, effort.domains == domain)
    return found


def _means(effort: Effort, chosen: NDArray[np.bool_]) -> dict[str, float]:
    return {
        "objects": int(np.count_nonzero(chosen)),
        "clicks": float(effort.clicks[chosen].mean()),
        "untouched": float(effort.untouched[chosen].mean()),
        "iou": float(effort.iou[chosen].mean()),
    }


def _falls(loop: Loop, candidate: Effort, current: Effort) -> list[str]:
    """The strata in which the gate stops a candidate, in words."""
    findings = gate(loop, candidate, current)
    return [
        f"{check.stratum.kind} {check.stratum.value}: {check.metric} {check.mean:+.3f}"
        for check in findings.checks
        if check.fell
    ]


if __name__ == "__main__":
    main()
