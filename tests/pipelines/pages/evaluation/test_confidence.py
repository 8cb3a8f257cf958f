"""The section on the model's confidence."""

from types import SimpleNamespace
from typing import Any

from model.evaluation.report import ConfidenceReport, ReliabilityBin, SizeReliability
from pipelines.pages.evaluation.evaluation import EVALUATION_SECTIONS
from pipelines.pages.evaluation.sections.confidence import show_confidence
from pipelines.pages.page import render


def shown(confidence: ConfidenceReport | None) -> str | None:
    build: Any = SimpleNamespace(report=SimpleNamespace(confidence=confidence))
    values = show_confidence(build)
    if values is None:
        return None
    (section,) = (each for each in EVALUATION_SECTIONS if each.name == "confidence")
    return render(section.template, {**values, "section": section})


def confidence(fitted: bool) -> ConfidenceReport:
    bins = [ReliabilityBin(share=0.5, stated=place, found=0.4) for place in (0.3, 0.9)]
    size = SizeReliability(
        size="small",
        objects=70,
        brier=0.0412,
        brier_raw=0.0533,
        calibration_error=0.01,
        calibration_error_raw=0.02,
        bins=bins,
    )
    return ConfidenceReport(
        fitted=fitted,
        aurc=0.2,
        aurc_perfect=0.1,
        aurc_random=0.3,
        risks=[(0.5, 0.15), (1.0, 0.3)],
        iou_error=0.035,
        iou_bins=bins,
        sizes=[size],
    )


def test_it_shows_what_the_ranking_gains_and_how_well_px_come_true() -> None:
    page = shown(confidence(fitted=True))
    assert page is not None
    assert page.count("<svg") == 3
    assert "gains 50%" in page
    assert "AURC 0.200" in page
    assert "0.0412" in page
    assert "never been fitted" not in page


def test_numbers_that_were_not_fitted_say_so() -> None:
    page = shown(confidence(fitted=False))
    assert page is not None
    assert "never been fitted" in page


def test_reports_of_earlier_versions_have_no_such_section() -> None:
    assert shown(None) is None
