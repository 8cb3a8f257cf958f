"""What a simulated loop found, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.annotations.report import DeliveryQuality
from model.evaluation.intervals import Interval

Summary = dict[str, dict[str, float]]
"""Means by domain; `all` for all objects."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round cost, and what became of the model that learned from it."""

    effort: Summary
    """What the new objects cost."""

    candidate: Summary
    """What the test objects cost with the model that has learned."""

    falls: list[str]
    """Strata in which the gate finds the candidate worse; whether anybody asks it or not."""

    promoted: bool
    held: list[DeliveryQuality]
    """Deliveries that were held back."""

    trusts: dict[str, float]
    """Mean factor on the weights of `shifted` masks and of `other` ones; {}: not asked for."""


def lines_of(simulated: dict[str, Any]) -> list[str]:
    """What is printed of a simulation."""
    before = simulated["before"]
    rounds: list[Round] = simulated["rounds"]
    saved: dict[str, Interval] = simulated["saved"]
    in_use = _in_use(before, rounds)

    lines = ["new images, round by round: clicks to mend an answer (untouched; IoU)"]
    for domain in saved:
        of_rounds = [each.effort.get(domain) for each in rounds]
        lines.append(_domain_line(domain, of_rounds))

    lines.append("the same test objects, before the first round and after each")
    for domain in saved:
        of_models = [each[domain] for each in in_use]
        lines.append(_domain_line(domain, of_models))

    lines.append("clicks less at the end than at first, with 95% limits")
    for domain, less in saved.items():
        limits = f"{less.low:+.2f} to {less.high:+.2f}"
        objects = before[domain]["objects"]
        lines.append(f"  {domain:10} {less.mean:+.2f} ({limits}), {objects} objects")
    falls = _listed(simulated["falls"])
    lines.append(f"worse than at first, by the gate: {falls}")

    for number, each in enumerate(rounds, start=1):
        if not each.promoted:
            lines.append(f"round {number} not promoted: {_listed(each.falls)}")
    return lines + _poison_lines(simulated)


def _domain_line(domain: str, means: Sequence[dict[str, float] | None]) -> str:
    shown = "  ".join(map(_shown, means))
    return f"  {domain:10} {shown}"


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
        lines.append(f"  gate and quality trust {name}: {told(arm)}")
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


def told(found: Round) -> str:
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
