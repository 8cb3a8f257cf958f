"""The evaluation's page: the report's numbers, nothing fetched, strangers' words as words."""

import base64
import hashlib
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.storage import write_json
from model.evaluation.metrics import METRICS
from model.records import TrainingRecord
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from tests.model.made_runs import write_run, write_training
from tests.pipelines.pages.evaluation.small_report import HOSTILE, write_evaluation
from tests.pipelines.pages.page_reader import PageReader
from tests.pipelines.small_project import Project, Verb

IN_TABLE = [name for name, metric in METRICS.items() if not metric.only_overall]
TABLED = [name for name, metric in METRICS.items() if metric.tabled]


def test_numbers_are_the_reports_and_nothing_is_fetched(settings: Settings) -> None:
    report = write_evaluation(UPath(settings.build))
    path = write_evaluation_page(settings)
    assert path == UPath(settings.build) / "report/report.html"
    page = path.read_text("utf-8")
    reader = PageReader(page)

    for result in report.results:
        is_overall = result.stratum.kind == "overall"
        is_of_domain = result.stratum.kind == "domain" and result.method == "model"
        if is_overall or is_of_domain:
            for name in IN_TABLE if is_overall else TABLED:
                interval = result.metrics[name]
                assert f"{interval.mean:.3f}" in reader.text
                assert f"{interval.low:.3f} – {interval.high:.3f}" in reader.text
    for difference in report.paired:
        if difference.stratum.kind == "overall" and difference.metric == "iou":
            assert f"{difference.mean:+.3f}" in reader.text

    near = ("data:image/", "#", "index.html", "curation.html")
    assert all(address.startswith(near) for address in reader.addresses)
    assert not re.search(r"url\(|@import|https?://", page)
    assert "trace SETTINGS id-worst" in reader.text
    assert "No record of training" in reader.text
    assert "not shown to be better" in reader.text


def test_strangers_words_stay_words(settings: Settings) -> None:
    write_evaluation(UPath(settings.build))
    page = write_evaluation_page(settings).read_text("utf-8")
    (script,) = PageReader(page).scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "alert(1)" not in script
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "{{7*7}}" in page


@pytest.mark.parametrize(
    ("losses", "validations", "has_validation"),
    [
        ([1.0, 0.5, 0.4, 0.3, 0.3], [(2, {HOSTILE: 0.4}), (5, {HOSTILE: 0.5})], True),
        ([1.0, 0.5, 0.4, 0.3, 0.3], [(5, {})], False),
        ([1.0], [], False),
    ],
    ids=["validated", "no domain", "one step"],
)
def test_training_is_plotted_if_it_is_recorded(
    settings: Settings,
    losses: list[float],
    validations: list[tuple[int, dict[str, float]]],
    has_validation: bool,
) -> None:
    """The record is that of the run that made the judged model, not of a later training."""
    build = Path(settings.build)
    write_evaluation(UPath(build))
    write_json(UPath(build / "train/train.json"), {"of": "a later training"})
    record = TrainingRecord(
        key="k",
        step=5,
        seconds=60.0,
        crops=50,
        crops_per_second=1.0,
        padding_share=0.1,
        best=0.5,
        losses=losses,
        validations=validations,
    )
    run = write_run(build, 1, b"weights")
    of_report = msgspec.structs.replace(run.record, model="d" * 64)
    write_json(run.folder / "run.json", of_report)
    write_json(run.folder / "train.json", record)
    page = write_evaluation_page(settings).read_text("utf-8")
    assert "Loss over the steps" in page
    assert ("Validation IoU over" in page) == has_validation


def test_scores_of_an_earlier_model_say_so(settings: Settings) -> None:
    build = Path(settings.build)
    write_evaluation(UPath(build))
    assert "These scores are of" not in write_evaluation_page(settings).read_text()
    write_training(build, b"a later model")
    page = PageReader(write_evaluation_page(settings).read_text("utf-8"))
    assert "These scores are of an earlier model" in page.text
    assert "is not judged yet" in page.text


def test_report_writes_it_beside_the_curations(
    built: Project, verb: Verb, tmp_path: Path
) -> None:
    build = tmp_path / "build"
    shutil.copytree(built.build, build)
    write_evaluation(UPath(build))
    settings = tmp_path / "settings.yaml"
    settings.write_bytes(msgspec.json.encode(built.plain | {"build": str(build)}))
    outcome = verb("report", settings, "--json")
    assert outcome.code == 0
    pages = [str(build / "report" / name) for name in ("curation.html", "report.html")]
    assert msgspec.json.decode(outcome.out)["pages"] == pages
    assert all(Path(page).stat().st_size > 10_000 for page in pages)


def test_without_a_report_it_says_so(settings: Settings) -> None:
    with pytest.raises(InputError, match=r"no report\.json"):
        write_evaluation_page(settings)
