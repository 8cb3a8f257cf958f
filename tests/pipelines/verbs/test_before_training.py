"""Before training: models that are not there stop the run, and thin splits are said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from pipelines.flow.screen import Screen
from pipelines.verbs.before_training import require_models, warn_of_shards
from tests.model.ellipses import write_build
from tests.pipelines.small_project import Project, Verb


@pytest.fixture
def settings_with(tmp_path: Path) -> Callable[..., Settings]:
    def make(**sections: object) -> Settings:
        export = {
            "name": "e",
            "path": "e",
            "format": "coco",
            "customer": "c",
            "domain": "a",
            "licence": "CC0-1.0",
        }
        plain: dict[str, object] = {
            "build": str(tmp_path / "build"),
            "exports": [export],
            "licences": {"allow": ["CC0-1.0"]},
        }
        return Settings.model_validate(plain | sections)

    return make


def test_a_start_or_baseline_that_is_not_there_stops_the_run(
    settings_with: Callable[..., Settings], tmp_path: Path
) -> None:
    checkpoint = tmp_path / "last.safetensors"
    checkpoint.touch()
    report = tmp_path / "evaluate"
    report.mkdir()
    for name in ("report.json", "scores.parquet"):
        (report / name).touch()
    for start in ("base", "random", str(checkpoint), "runs/3"):
        require_models(settings_with(train={"start": start}))
    for baseline in (None, "base", str(checkpoint), str(report), "promoted"):
        require_models(settings_with(evaluate={"baseline": baseline}))

    missing = str(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match=r"no such checkpoint; train\.start is"):
        require_models(settings_with(train={"start": missing}))
    with pytest.raises(InputError, match=r"evaluate\.baseline names .* Leave it out"):
        require_models(settings_with(evaluate={"baseline": missing}))
    (report / "scores.parquet").unlink()
    with pytest.raises(InputError, match=r"scores\.parquet: missing"):
        require_models(settings_with(evaluate={"baseline": str(report)}))


def test_all_says_so_before_it_reads_an_export(project: Project, verb: Verb) -> None:
    project.add("street", 4, ["car"])
    outcome = verb("all", project.change(train={"start": "none.safetensors"}))
    assert outcome.code == 2
    assert "none.safetensors: no such checkpoint" in outcome.err
    assert not UPath(project.build / "ingest").exists()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"train": 4, "test": 50}, []),
        ({"train": 4, "test": 10}, ["5 images are in the split test: fewer than 20"]),
        ({"train": 1, "test": 1}, ["1 image is in the split test: fewer than 20"]),
        ({"train": 4, "test": 39}, []),
        (
            {"train": 4, "test": 1},
            ["1 image is in the split test", "nothing of b is in the split test"],
        ),
        (
            {"train": 1, "test": 50},
            ["nothing of b is in the split train, so the model is judged there"],
        ),
        ({"train": 4}, ["no object is in the split test, so a model is trained"]),
    ],
)
def test_a_thin_test_split_is_said(
    settings_with: Callable[..., Settings],
    counts: dict[str, int],
    said: list[str],
) -> None:
    settings = settings_with()
    write_build(Path(settings.build), counts)
    screen = Screen()
    warn_of_shards(settings, screen)
    assert len(screen.warnings) == len(said)
    for warning, start in zip(screen.warnings, said, strict=True):
        assert warning.startswith(start)
