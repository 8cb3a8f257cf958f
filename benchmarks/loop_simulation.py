"""The loop simulated on data held apart: does correcting get less work, and is poison stopped?

    python -m benchmarks.loop_simulation [--data FOLDER] [--steps 80] [--objects 40] [--tiny]

Five rounds. Each brings new images of every domain; the model in use answers their drawn boxes;
annotators let an answer of IoU ≥ 0.9 be, and correct others to the truth, 1 px off at most; a
training from the last model learns from what they submit; the gate judges, and what passes is
promoted. Effort is the number of clicks that mend a mask (`model/evaluation/correction_effort.py`).

Then the last round again, with a customer whose tool shifts each mask by a share of its sides: once
with neither gate nor quality trust, and once with both.

`--data`: a folder of the open corpus's exports; without it, the demo's, drawn by code.
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
    State,
    effort_on,
    gate,
    learn,
    shards_of,
    submit,
    trust,
)
from benchmarks.shared.timing import report
from curate.formats import options_by_name
from curate.settings_file import load_settings
from curate.storage import read_partitions
from examples.demo.exports import write_exports
from model.checkpoint import checkpoint_path
from pipelines.verbs.stage import curate

TINY = Scale(
    rounds=2, objects=12, test_objects=2, steps=2, batch_pixels=16_384, copies=50
)

_EXAMPLES = Path(__file__).parents[1] / "examples"
_DEMO_EXPORTS = _EXAMPLES.parent / "build" / "demo" / "exports"
_BUILD = Path("build/loop_simulation")
_SHIFT = 0.2  # of a mask's sides
_POISONED = 4  # times the objects of a domain that the poisoned customer delivers

Summary = dict[str, dict[str, float]]
"""Means by domain; `all` for all objects."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round cost, and what became of the model that learned from it."""

    effort: Summary
    """Of the new objects, by domain; `all` for all of them."""

    on_test: Summary
    """The same of the test objects, as the model in use after the round answers them."""

    promoted: bool
    falls: list[str]


@dataclass(frozen=True, slots=True)
class Poisoned:
    """What a poisoned delivery did to the model in use."""

    promoted: bool
    falls: list[str]
    trust_of_shifted: float
    """Mean factor on the weights of shifted masks."""

    trust_of_others: float
    on_test: Summary


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
    parser.add_argument("--tiny", action="store_true")
    asked = parser.parse_args()
    scale = Scale(steps=asked.steps, objects=asked.objects)
    if asked.tiny:
        scale = TINY

    rows = curated_rows(asked.data)
    with tempfile.TemporaryDirectory() as folder:
        simulated = simulate(rows, scale, asked.shift, Path(folder))
    report("loop_simulation", lines_of(simulated), simulated)


def curated_rows(data: str | None) -> pa.Table:
    """The rows of the open corpus's or of the demo's exports, with their splits."""
    if data is None:
        if not _DEMO_EXPORTS.exists():
            write_exports(_DEMO_EXPORTS, os.cpu_count() or 1)
        settings = load_settings(_EXAMPLES / "demo.yaml", options_by_name())
        build = _BUILD / "demo"
    else:
        settings = load_settings(
            _EXAMPLES / "open-corpus.yaml", options_by_name(), data
        )
        build = _BUILD / "open"
    settings = settings.model_copy(update={"build": str(build.absolute())})
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
    state = State(base, effort_on(base, loop.test), train.slice(0, 0))
    before = summary(state.effort)

    rounds = []
    before_last = state
    for number in range(scale.rounds):
        before_last = state
        new = at_most(delivered(train, number, scale.rounds), "domain", scale.objects)
        found, state = run_round(loop, f"round-{number + 1}", state, new)
        rounds.append(found)

    customer = largest_customer(test_rows)
    poison = with_more_of(new, train, customer, _POISONED * scale.objects)
    arms = {}
    for name, guarded in (("off", False), ("on", True)):
        arms[name] = run_poisoned(loop, before_last, poison, customer, shift, guarded)
    return {
        "scale": dataclasses.asdict(scale),
        "test_objects": len(test_rows),
        "before": before,
        "rounds": rounds,
        "shift": shift,
        "customer": customer,
        "before_poison": summary(before_last.effort),
        "poison": arms,
    }


def run_round(
    loop: Loop, name: str, state: State, new: pa.Table
) -> tuple[Round, State]:
    """One round of honest annotators; the state after it."""
    submitted, effort = submit(loop, name, state.model, new, None, 0.0)
    candidate = learn(loop, name, state, submitted)
    on_test = effort_on(candidate, loop.test)
    falls = _falls(loop, on_test, state.effort)

    learned = pa.concat_tables([state.learned, submitted])
    after = State(state.model, state.effort, learned)
    if not falls:
        after = State(candidate, on_test, learned)
    found = Round(summary(effort), summary(after.effort), not falls, falls)
    return found, after


def run_poisoned(
    loop: Loop, state: State, new: pa.Table, customer: str, shift: float, guarded: bool
) -> Poisoned:
    """A round in which a customer's masks are shifted, with gate and quality trust or without."""
    name = f"poisoned-{guarded}"
    submitted, _ = submit(loop, name, state.model, new, customer, shift)
    factors = np.ones(len(submitted))
    if guarded:
        factors = trust(loop, name, state, submitted)
    candidate = learn(loop, name, state, submitted, factors)
    on_test = effort_on(candidate, loop.test)
    falls = _falls(loop, on_test, state.effort)

    is_promoted = not guarded or not falls
    in_use = state.effort
    if is_promoted:
        in_use = on_test
    is_shifted = np.array(submitted["customer"].to_pylist()) == customer
    return Poisoned(
        promoted=is_promoted,
        falls=falls,
        trust_of_shifted=float(factors[is_shifted].mean()),
        trust_of_others=float(factors[~is_shifted].mean()),
        on_test=summary(in_use),
    )


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
    """The tables of a simulation."""
    before = simulated["before"]
    rounds: list[Round] = simulated["rounds"]
    domains = sorted(before, key=lambda domain: (domain != "all", domain))
    lines = [
        "clicks to mend an answer (share of answers untouched), new images by round:"
    ]
    for domain in domains:
        shown = [_shown(each.effort.get(domain)) for each in rounds]
        lines.append(f"  {domain:12} " + "  ".join(shown))
    lines.append("the same on test objects, before the first round and after each:")
    for domain in domains:
        shown = [_shown(before[domain])]
        shown += [_shown(each.on_test[domain]) for each in rounds]
        lines.append(f"  {domain:12} " + "  ".join(shown))
    for number, each in enumerate(rounds, start=1):
        if each.falls:
            lines.append(f"round {number} not promoted: {'; '.join(each.falls)}")

    last = rounds[-1].on_test
    worse = [each for each in domains if last[each]["clicks"] > before[each]["clicks"]]
    lines.append(
        f"more clicks on test at the end than at first: {', '.join(worse) or 'none'}"
    )
    return lines + _poison_lines(simulated)


def _poison_lines(simulated: dict[str, Any]) -> list[str]:
    customer = simulated["customer"]
    clean = simulated["before_poison"]["all"]
    lines = [
        f"masks of {customer} shifted by {simulated['shift']:.0%} of their sides, in the last "
        f"round; the model in use before it: IoU {clean['iou']:.3f} on test"
    ]
    for name, arm in simulated["poison"].items():
        fate = "promoted" if arm.promoted else f"stopped ({'; '.join(arm.falls[:2])})"
        lines.append(
            f"  gate and quality trust {name}: {fate}; IoU of the model in use "
            f"{arm.on_test['all']['iou']:.3f}, clicks {arm.on_test['all']['clicks']:.1f}; "
            f"trust {arm.trust_of_shifted:.2f} in shifted masks, "
            f"{arm.trust_of_others:.2f} in the others"
        )
    return lines


def _shown(means: dict[str, float] | None) -> str:
    if means is None:
        return "     –     "
    return f"{means['clicks']:5.1f} ({means['untouched']:.0%})"


if __name__ == "__main__":
    main()
