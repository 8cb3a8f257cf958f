"""Whether the model knows how good its answers are."""

from pipelines.pages.evaluation.confidence_plots import (
    plot_expected,
    plot_probabilities,
    plot_risk,
)
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Values


def show_confidence(build: EvaluatedBuild) -> Values | None:
    """The confidence of the report; None if an earlier version wrote it."""
    confidence = build.report.confidence
    if confidence is None:
        return None
    gained = confidence.aurc_random - confidence.aurc
    possible = confidence.aurc_random - confidence.aurc_perfect
    return {
        "confidence": confidence,
        "share_gained": gained / possible if possible > 0 else 0.0,
        "expected": plot_expected(confidence),
        "risk": plot_risk(confidence),
        "probabilities": plot_probabilities(confidence),
    }
