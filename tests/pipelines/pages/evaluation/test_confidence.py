"""The section on the model's confidence."""

from types import SimpleNamespace
from typing import Any

from model.evaluation.report import ConfidenceReport
from pipelines.pages.evaluation.evaluation import EVALUATION_SECTIONS
from pipelines.pages.evaluation.sections.confidence import show_confidence
from pipelines.pages.page import render
from tests.pipelines.pages.evaluation.small_report import make_confidence


def shown(confidence: ConfidenceReport | None) -> str | None:
    build: Any = SimpleNamespace(report=SimpleNamespace(confidence=confidence))
    values = show_confidence(build)
    if values is None:
        return None
    (section,) = (each for each in EVALUATION_SECTIONS if each.name == "confidence")
    return render(section.template, {**values, "section": section})


def test_it_shows_what_the_ranking_gains_and_how_well_px_come_true() -> None:
    page = shown(make_confidence(fitted=True))
    assert page is not None
    assert page.count("<svg") == 3
    assert "gains 50%" in page
    assert "AURC 0.200" in page
    assert "0.0412" in page
    assert "never been fitted" not in page
    assert 'class="smooth small"' in page  # each size has a line of its own kind


def test_numbers_that_were_not_fitted_say_so() -> None:
    page = shown(make_confidence(fitted=False))
    assert page is not None
    assert "never been fitted" in page


def test_reports_of_earlier_versions_have_no_such_section() -> None:
    assert shown(None) is None
