"""The table of methods: what is in it, and that one more baseline is one function and one line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.evaluation.baselines import rectangle
from model.evaluation.comparison import Place, Truth
from model.evaluation.judging import judge, trained_methods
from model.evaluation.methods import METHODS, Method
from model.evaluation.metrics import METRICS, score
from tests.model.networks import unlearned

IOU = list(METRICS).index("iou")


@pytest.fixture
def shards(build_folder: Callable[..., Settings]) -> Shards:
    settings = build_folder({}, {"test": 3})
    return open_shards(Path(settings.build) / "shard", "test")


def method(name: str, baseline: Callable[[Pixels, Box], Mask | None]) -> Method:
    return Method(
        name=name,
        title=f"{name} in the box",
        mark="<circle/>",
        colour="#000",
        dark_colour="#fff",
        description="",
        baseline=baseline,
    )


def upper_half(image: Pixels, drawn: Box) -> Mask:
    x0, y0, x1, y1 = drawn
    return rectangle(image, (x0, y0, x1, (y0 + y1) // 2))


def nothing(image: Pixels, drawn: Box) -> None:
    del image, drawn


def test_a_baseline_is_one_function_and_one_line(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METHODS, "upper", method("upper", upper_half))
    judgement = judge(shards, trained_methods({"model": unlearned()}), 1, print)
    for row in range(len(shards)):
        sample = shards.sample(row)
        place = Place(sample.at_edge, sample.image_height, sample.image_width)
        answer = upper_half(sample.image, sample.drawn)
        expected = score(answer, Truth(sample.mask, place))
        assert np.array_equal(judgement.scores["upper"][row], expected)


def test_where_a_baseline_fails_the_drawn_box_stands_in_and_that_is_counted(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METHODS, "nothing", method("nothing", nothing))
    lines: list[str] = []
    judgement = judge(shards, trained_methods({"model": unlearned()}), 1, lines.append)
    assert np.array_equal(judgement.scores["nothing"], judgement.scores["rectangle"])
    assert judgement.failures["nothing"] == 3
    told = "evaluate: nothing in the box failed on 3 objects; the drawn box stands in there"
    assert told in lines


def test_every_method_without_a_function_is_one_of_the_trained(shards: Shards) -> None:
    model = unlearned()
    trained = trained_methods({"model": model, "baseline": model, "untuned": model})
    # Those of the published weights are where the weights are: see test_published.
    trained |= dict.fromkeys(("published", "published_native"), trained["model"])
    without = {name for name, each in METHODS.items() if each.baseline is None}
    assert set(trained) == without
    judgement = judge(shards, trained, 1, print)
    assert list(judgement.scores) == list(METHODS)
    assert (judgement.scores["model"][:, IOU] > 0.5).all()


def test_the_report_names_the_methods_of_its_contract() -> None:
    names = [
        "model",
        "baseline",
        "untuned",
        "prior",
        "published",
        "published_native",
        "grabcut",
        "ellipse",
        "rectangle",
    ]
    assert list(METHODS) == names
    assert [each.name for each in METHODS.values()] == names
