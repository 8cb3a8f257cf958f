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

import argparse
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

from benchmarks.shared.deliveries import (
    at_most,
    delivered,
    largest_customer,
    of_split,
    with_more_of,
)
from benchmarks.shared.simulated_loop import (
    Effort,
    Loop,
    Scale,
    Shift,
    State,
    clicks_saved,
    effort_on,
    gate,
    iou_gained,
    judged_deliveries,
    learn,
    shards_of,
    submit,
    trust,
    weighed,
    without,
)
from benchmarks.shared.timing import report
from curate.formats import options_by_name
from curate.settings_file import load_settings
from curate.storage import read_partitions
from examples.demo.exports import write_exports
from model.annotations.report import DeliveryQuality
from model.checkpoint import checkpoint_path
from model.evaluation.intervals import Interval
from pipelines.verbs.stage import curate

_EXAMPLES = Path(__file__).parents[1] / "examples"
_DEMO_EXPORTS = _EXAMPLES.parent / "build" / "demo" / "exports"
_BUILD = Path("build/loop_simulation")
_SPLIT = {"val": 0.0, "test": 0.4}
_SHIFT = 0.2  # of a mask's sides
_POISONED = 4  # times the objects of a domain that the poisoned customer delivers

Summary = dict[str, dict[str, float]]
"""Means by domain; `all` for all objects."""


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


@dataclass(frozen=True, slots=True)
class Round:
    """What a round cost, and what became of the model that learned from it."""

    effort: Summary
    """Of the new objects."""

    candidate: Summary
    """Of the test objects, as the model answers them that has learned."""

    falls: list[str]
    """Strata in which the gate finds the candidate worse; whether anybody asks it or not."""

    promoted: bool
    held: list[DeliveryQuality]
    """Deliveries that were held back."""

    trusts: dict[str, float]
    """Mean factor on the weights of `shifted` masks and of `other` ones; {}: not asked for."""


def main() -> None:
    """Simulate and report."""
    usual = Scale()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    submitted, effort = submit(loop, name, state.model, new, shift)
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
    loop.log(f"{name}: {_told(found)}")
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


def lines_of(simulated: dict[str, Any]) -> list[str]:
    """What is printed of a simulation."""
    before = simulated["before"]
    rounds: list[Round] = simulated["rounds"]
    saved: dict[str, Interval] = simulated["saved"]
    in_use = _in_use(before, rounds)

    lines = ["new images, round by round: clicks to mend an answer (untouched; IoU)"]
    for domain in saved:
        shown = [_shown(each.effort.get(domain)) for each in rounds]
        lines.append(f"  {domain:10} " + "  ".join(shown))
    lines.append("the same test objects, before the first round and after each")
    for domain in saved:
        shown = [_shown(each[domain]) for each in in_use]
        lines.append(f"  {domain:10} " + "  ".join(shown))
    lines.append("clicks less at the end than at first, with 95% limits")
    for domain, less in saved.items():
        limits = f"{less.low:+.2f} to {less.high:+.2f}"
        objects = before[domain]["objects"]
        lines.append(f"  {domain:10} {less.mean:+.2f} ({limits}), {objects} objects")
    lines.append(f"worse than at first, by the gate: {_listed(simulated['falls'])}")

    for number, each in enumerate(rounds, start=1):
        if not each.promoted:
            lines.append(f"round {number} not promoted: {_listed(each.falls)}")
    return lines + _poison_lines(simulated)


def _in_use(before: Summary, rounds: list[Round]) -> list[Summary]:
    """How the model in use does on test, before the first round and after each."""
    found = [before]
    for each in rounds:
        after = found[-1]
        if each.promoted:
            after = each.candidate
        found.append(after)
    return found


def _poison_lines(simulated: dict[str, Any]) -> list[str]:
    shift = simulated["shift"]
    lines = [
        f"masks of {shift['customer']} shifted by {shift['share']:.0%} of their sides, in the last "
        f"round; the model before it on test: {_shown(simulated['before_poison']['all'])}"
    ]
    for name, arm in simulated["arms"].items():
        lines.append(f"  gate and quality trust {name}: {_told(arm)}")
        lines.append(f"    {_harm(simulated['beside_sound'][name])}")
    return lines


def _harm(beside_sound: Interval) -> str:
    """What the poison has done to the model in use, beside the one of a sound last round."""
    limits = f"{beside_sound.low:+.4f} to {beside_sound.high:+.4f}"
    harm = "worse"
    if beside_sound.high >= 0:
        harm = "no worse"
    return (
        f"in use then, beside the model of the sound round: IoU {beside_sound.mean:+.4f}, 95% "
        f"limits {limits}: {harm}"
    )


def _told(found: Round) -> str:
    """A round in a line."""
    fate = "promoted"
    if not found.promoted:
        fate = "stopped"
    words = (
        f"{found.effort['all']['objects']} new objects {_shown(found.effort['all'])}, candidate "
        f"on test {_shown(found.candidate['all'])}, {fate}; falls: {_listed(found.falls)}"
    )
    for each in found.held:
        words += f"; held back {each.customer}'s {each.objects} objects: {each.found}"
    for name, mean in found.trusts.items():
        words += f"; trust in {name} masks {mean:.2f}"
    return words


def _listed(falls: list[str]) -> str:
    return "; ".join(falls[:3]) or "none"


def _shown(means: dict[str, float] | None) -> str:
    if means is None:
        return "–"
    return f"{means['clicks']:.2f} ({means['untouched']:.0%}; {means['iou']:.3f})"


if __name__ == "__main__":
    main()
