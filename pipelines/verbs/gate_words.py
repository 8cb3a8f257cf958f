"""What the gate has to say of a judged model, in words, for verbs and pages."""

from model.evaluation.metrics import METRICS
from model.evaluation.report import Gate, GateCheck

_NAMED = 5  # falls in a message; the page has all


def explain_falls(gate: Gate) -> str:
    """Which strata fell, by how much, and how sure that is; the worst first."""
    fallen = [check for check in gate.checks if check.fell]
    lines = [f"the model is worse than {gate.baseline} in"]
    lines += [explain_fall(check) for check in fallen[:_NAMED]]
    more = len(fallen) - _NAMED
    if more > 0:
        lines.append(f"and {more} more")
    return "\n  ".join(lines)


def explain_fall(check: GateCheck) -> str:
    """One fall, as a line."""
    stratum = f"{check.stratum.kind} {check.stratum.value}"
    if check.stratum.kind == "overall":
        stratum = "all objects"
    metric = METRICS[check.metric].title
    limits = f"{check.low:+.3f} to {check.high:+.3f}"
    number = f"{check.objects:,} objects on {check.images:,} images"
    chance = f"by chance {_chance(check.by_chance)}"
    fall = f"{metric} {check.mean:+.3f} ({limits}; {number}; {chance})"
    return f"{stratum}: {fall}"


def _chance(by_chance: float) -> str:
    if by_chance < 0.001:
        return "less than 1 in 1,000"
    return f"{by_chance:.1%}"
