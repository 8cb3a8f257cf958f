"""All: what is left out is said before the training, and what is there is named."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.pipelines.small_project import Project, Verb


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for the model and its page, which note that they were called."""
    called: list[str] = []

    def stand_in(name: str) -> Callable[..., Path]:
        def call(
            settings: object,
            note: Callable[[str], None] | None = None,
            new: object = None,
        ) -> Path:
            del settings, new
            called.append(name)
            if note is not None:
                note(f"{name} begins")
            return Path(f"/made/{name}")

        return call

    monkeypatch.setattr("model.train.train", stand_in("train"))
    monkeypatch.setattr("model.evaluation.evaluate.evaluate", stand_in("evaluate"))
    monkeypatch.setattr("pipelines.verbs.all.write_evaluation_page", stand_in("page"))
    return called


def test_everything_is_made_and_named(
    project: Project, verb: Verb, calls: list[str]
) -> None:
    project.add("street", 10, ["car"])
    outcome = verb("all", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    assert calls == ["train", "evaluate", "page"]
    result = msgspec.json.decode(outcome.out)
    curation_page = str(project.build / "report" / "curation.html")
    assert result["pages"] == [curation_page, "/made/page"]
    assert (result["checkpoint"], result["report"]) == ("/made/train", "/made/evaluate")


def test_until_train_nothing_is_judged(
    project: Project, verb: Verb, calls: list[str]
) -> None:
    project.add("street", 10, ["car"])
    outcome = verb("all", project.settings, "--until", "train", "--json")
    assert outcome.code == 0, outcome.err
    assert calls == ["train"]
    assert "report" not in msgspec.json.decode(outcome.out)


@pytest.mark.parametrize(
    ("images", "split"), [(1, {}), (2, {}), (6, {"val": 0, "test": 0})]
)
def test_without_test_objects_the_evaluation_is_left_out(
    project: Project, verb: Verb, calls: list[str], images: int, split: dict[str, float]
) -> None:
    project.add("street", images, ["car"])
    outcome = verb("all", project.change(split=split), "--json")
    assert outcome.code == 0, outcome.err
    assert calls == ["train"]
    word = "no object is in the split test"
    assert 0 < outcome.err.index(word) < outcome.err.index("train begins")
    result = msgspec.json.decode(outcome.out)
    assert any(word in warning for warning in result["warnings"])
    assert result["pages"] == [str(project.build / "report" / "curation.html")]
