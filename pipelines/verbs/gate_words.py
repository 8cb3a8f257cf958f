"""What the gate has to say of a judged model, in words, for verbs and pages."""

from model.evaluation.metrics import METRICS
from model.evaluation.report import Gate, GateCheck

_NAMED = 5  # falls in a message; the page has all


def explain_falls(gate: Gate) -> str:
    """Which strata fell, by how much, and how sure that is; the worst first."""
    fallen = [check for check in gate.checks if check.fell]
    lines = [f"the model is worse than {gate.baseline} in"]
    for check in fallen[:_NAMED]:
        line = explain_fall(check)
        lines.append(line)

    more = len(fallen) - _NAMED
    if more > 0:
        lines.append(f"and {more} more")
    return "\n  ".join(lines)


def explain_fall(check: GateCheck) -> str:
    """One fall, as a line."""
    stratum = check.stratum
    name = f"{stratum.kind} {stratum.value}"
    if stratum.kind == "overall":
        name = "all objects"
    metric = METRICS[check.metric].title
    fall = f"{metric} {check.mean:+.3f}"

    how_sure = [
        f"{check.low:+.3f} to {check.high:+.3f}",
        f"{check.objects:,} objects on {check.images:,} images",
        f"by chance {_chance(check.by_chance)}",
    ]
    return f"{name}: {fall} ({'; '.join(how_sure)})"


def _chance(by_chance: float) -> str:
    if by_chance < 0.001:
        return "less than 1 in 1,000"
    return f"{by_chance:.1%}"
