"""The answers on top: the strongest other method is the one to beat, whatever it is."""

from collections.abc import Callable

import numpy as np
import pytest
from upath import UPath

from curate.settings import Settings
from model.evaluation.metrics import METRICS
from model.evaluation.report import write_report
from pipelines.pages.evaluation.answers import find_answers
from pipelines.pages.evaluation.evaluated_build import read_evaluated_build
from tests.pipelines.pages.evaluation.small_report import OBJECTS, make_report

COLUMNS = sum(metric.columns for metric in METRICS.values())
Verdicts = Callable[..., list[str]]


@pytest.fixture
def answered(settings: Settings) -> Verdicts:
    """The best other method, then the verdicts, where methods reach these IoU."""

    def answer(objects_per_image: int = 2, **iou: float | np.ndarray) -> list[str]:
        rng = np.random.default_rng(0)
        noise = rng.normal(0, 0.01, OBJECTS)
        scores = {}
        for method, mean in iou.items():
            scores[method] = rng.uniform(0.4, 0.6, (OBJECTS, COLUMNS))
            scores[method][:, 0] = mean + noise
        report = make_report(scores, objects_per_image)
        write_report(UPath(settings.build) / "evaluate/report.json", report)
        build = read_evaluated_build(settings)
        found = find_answers(build)
        return [build.best.name, *(each.verdict for each in found)]

    return answer


@pytest.mark.parametrize("strongest", ["baseline", "untuned", "prior", "grabcut"])
def test_every_method_may_be_the_strongest(answered: Verdicts, strongest: str) -> None:
    others = {"untuned": 0.5, "prior": 0.5, "grabcut": 0.5, "ellipse": 0.5}
    best, is_better, where, _ = answered(model=0.7, **(others | {strongest: 0.6}))
    assert (best, is_better) == (strongest, "Yes")
    assert where.startswith("Nowhere shown behind")
    assert answered(model=0.7, **(others | {strongest: 0.8}))[1] == "No"


def test_a_difference_that_chance_explains_is_not_shown(answered: Verdicts) -> None:
    other = 0.7 + np.random.default_rng(1).normal(0, 0.1, OBJECTS)
    assert answered(model=0.7, ellipse=other)[1] == "Not shown"


def test_of_few_images_nobody_says_yes(answered: Verdicts) -> None:
    found = answered(objects_per_image=4, model=0.7, ellipse=0.5)
    assert found[1:3] == ["Too few images to say", "Nobody can say"]


def test_where_it_is_behind_is_counted_and_comes_first(
    answered: Verdicts, settings: Settings
) -> None:
    """Of two objects in turn, the second is of another domain, customer, export and concept."""
    behind = np.where(np.arange(OBJECTS) % 2, 0.5, 0.9)
    best, is_better, where, _ = answered(model=behind, ellipse=0.65)
    assert (best, is_better) == ("ellipse", "Yes")
    assert where.startswith("Behind ellipse in the box in ")
    build = read_evaluated_build(settings)
    worst, other = build.worst_first("domain")
    assert worst.gain(build.best).high < 0 < other.gain(build.best).low


def test_of_few_images_none_is_shown_to_be_behind(
    answered: Verdicts, settings: Settings
) -> None:
    """Both domains are too small; the first, far behind the ellipse, has the better IoU."""
    model = np.where(np.arange(OBJECTS) % 2, 0.5, 0.7)
    ellipse = np.where(np.arange(OBJECTS) % 2, 0.3, 0.9)
    answered(objects_per_image=4, model=model, ellipse=ellipse)
    build = read_evaluated_build(settings)
    first, second = build.worst_first("domain")
    assert first.metrics["model"]["iou"].mean < second.metrics["model"]["iou"].mean
