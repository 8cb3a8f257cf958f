"""The model card: the report's numbers as Markdown, and strangers' words as words."""

from pathlib import Path

from upath import UPath

from curate.settings import Settings
from pipelines.pages.evaluation.model_card import write_model_card
from tests.pipelines.pages.evaluation.small_report import write_evaluation


def test_it_says_what_the_report_says(tmp_path: Path) -> None:
    export = {
        "name": "audit",
        "path": "e",
        "format": "coco",
        "customer": "acme",
        "domain": "street",
        "licence": "own-4.0 | words <b>",
        "role": "test",
    }
    settings = Settings.model_validate(
        {
            "build": str(tmp_path / "build"),
            "exports": [export],
            "licences": {"allow": ["own-4.0 | words <b>"]},
        }
    )
    report = write_evaluation(UPath(settings.build))
    path = write_model_card(settings)
    assert path == UPath(settings.build) / "evaluate" / "model-card.md"
    text = path.read_text("utf-8")
    for title in (
        "Data",
        "How it was judged",
        "Results",
        "By stratum",
        "Calibration",
        "Limits",
    ):
        assert f"\n## {title}\n" in text
    row = r"| audit | acme | street | own-4.0 \| words \<b\> | test set of its own | 0 | 0 | 0 |"
    assert row in text
    for result in report.results:
        if result.stratum.kind == "overall":
            iou = result.metrics["iou"]
            assert f"{iou.mean:.3f} ({iou.low:.3f} to {iou.high:.3f})" in text
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "Concepts that it never trained on: IoU" in text
    assert report.confidence is not None
    error = f"{report.confidence.iou_error:.3f}"
    assert f"expects of an answer is off by {error} on average" in text
