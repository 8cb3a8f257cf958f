"""What corrections cost: answers found again, and each number against its definition."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from upath import UPath

from curate.formats import options_by_name
from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from curate.pixels.packed_runs import pack
from curate.settings import Settings
from curate.settings_file import load_settings
from model.evaluation.annotator_effort import measure
from pipelines.loop.answer_log import AnswerLog, GivenAnswer
from pipelines.loop.pictures import id_of
from pipelines.rounds.effort import measure_effort, read_effort
from pipelines.verbs.stage import curate
from tests.pipelines.small_project import Project, write_noise

HEIGHT, WIDTH = 96, 128
BEFORE, AFTER = "2026-01-05T10:00:00+00:00", "2026-01-07T10:00:00.5Z"


def rectangle(x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def brush(mask: Mask, region: str, origin: str = "manual") -> dict[str, Any]:
    """A region as Label Studio's brush writes it."""
    return {
        "id": region,
        "type": "brushlabels",
        "from_name": "tag",
        "to_name": "image",
        "origin": origin,
        "original_width": WIDTH,
        "original_height": HEIGHT,
        "value": {
            "format": "rle",
            "rle": list(pack(masks.encode(mask))),
            "brushlabels": ["car"],
        },
    }


def polygon(corners: list[tuple[float, float]], region: str) -> dict[str, Any]:
    points = [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in corners]
    value = {"points": points, "polygonlabels": ["car"], "closed": True}
    return brush(rectangle(0, 0, 1, 1), region) | {
        "type": "polygonlabels",
        "value": value,
    }


def given(
    project: Project, mask: Mask, box: tuple[float, ...], when: str = BEFORE
) -> GivenAnswer:
    picture = id_of((project.folder / "pulled" / "a.png").read_bytes())
    return GivenAnswer(
        when=when,
        picture=picture,
        height=HEIGHT,
        width=WIDTH,
        box=(box[0], box[1], box[2], box[3]),
        counts=run_lengths.compress(masks.encode(mask)),
        expected_iou=0.9,
        model="m7",
        run=7,
    )


class Studio:
    """A project whose only export is what Label Studio has given, with one picture."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.folder / "pulled"
        self.folder.mkdir()
        write_noise(self.folder / "a.png", np.random.default_rng(1))
        export = {
            "name": "fixed",
            "path": str(self.folder),
            "format": "labelstudio",
            "customer": "acme",
            "domain": "street",
            "licence": "CC0-1.0",
        }
        source = {
            "export": "fixed",
            "tool": "label_studio",
            "address": "http://127.0.0.1:9",
            "project": 1,
        }
        project.plain["exports"] = [export]
        project.change(loop={"sources": [source]})

    def measure(
        self,
        results: list[dict[str, Any]],
        answers: list[GivenAnswer],
        number: int = 1,
        **changes: object,
    ) -> pd.DataFrame:
        """The effort of one annotation with these regions."""
        annotation = {"id": 4, "updated_at": AFTER, "lead_time": 30, "result": results}
        task = {"id": 1, "data": {"image": "/data/upload/1/a.png"}}
        task |= {"annotations": [annotation | changes]} | changes
        (self.folder / "export.json").write_bytes(msgspec.json.encode([task]))
        if answers:
            folder = UPath(self.project.build) / "loop" / "answers"
            AnswerLog(folder, 10**9).add(answers)
        settings = self.settings()
        curate(settings, "ingest")
        measure_effort(settings, number)
        return read_effort(UPath(self.project.build))

    def settings(self) -> Settings:
        return load_settings(self.project.settings, options_by_name())


@pytest.fixture
def studio(project: Project) -> Studio:
    return Studio(project)


def test_an_answer_is_found_again_with_its_model_and_what_changed(
    studio: Studio, project: Project
) -> None:
    final = rectangle(20, 20, 60, 60)
    answer = rectangle(20, 20, 60, 56)
    found = studio.measure(
        [brush(final, "r1"), brush(rectangle(80, 10, 100, 30), "r2")],
        [given(project, answer, (18, 18, 62, 62))],
    )
    assert found["is_answered"].tolist() == [True, False]
    first, by_hand = found.to_dict("records")
    assert (first["run"], first["model"], first["customer"]) == (7, "m7", "acme")
    assert first["week"] == "2026-W02"
    assert first["iou"] == pytest.approx(36 / 40)
    assert (first["seconds"], by_hand["seconds"]) == (15.0, 15.0)
    assert first["is_untouched"] is False
    assert pd.isna(by_hand["iou"])


def test_the_edge_to_redraw_is_the_share_of_the_final_band_that_the_answer_lacks() -> (
    None
):
    final = rectangle(20, 20, 60, 60)
    answer = rectangle(20, 20, 60, 50)
    found = measure(answer, final, (False,) * 4)
    band = masks.dilate(masks.boundary(final, (False,) * 4), 2)
    ours = masks.dilate(masks.boundary(answer, (False,) * 4), 2)
    assert found.edge_to_redraw == pytest.approx((band & ~ours).sum() / band.sum())
    assert found.clicks > 0
    same = measure(final, final, (False,) * 4)
    assert (same.iou, same.edge_to_redraw, same.clicks) == (1.0, 0.0, 0.0)


def test_no_answer_serves_twice_and_the_best_fit_wins(
    studio: Studio, project: Project
) -> None:
    big, small = rectangle(20, 20, 60, 60), rectangle(24, 24, 60, 60)
    found = studio.measure(
        [brush(big, "r1"), brush(small, "r2")],
        [given(project, small, (23, 23, 61, 61))],
    )
    answered = found[found["is_answered"]]
    assert answered["iou"].tolist() == [1.0]
    assert answered["is_untouched"].tolist() == [True]


@pytest.mark.parametrize(
    ("box", "when", "is_found"),
    [
        ((18, 18, 62, 62), BEFORE, True),
        ((18, 18, 62, 62), "2026-01-08T10:00:00+00:00", False),  # finished before
        ((60, 60, 90, 90), BEFORE, False),  # of something else
        ((5, 5, 120, 90), BEFORE, False),  # of everything
    ],
)
def test_an_answer_must_fit_and_come_first(
    studio: Studio,
    project: Project,
    box: tuple[float, ...],
    when: str,
    is_found: bool,
) -> None:
    final = rectangle(20, 20, 60, 60)
    found = studio.measure([brush(final, "r1")], [given(project, final, box, when)])
    assert found["is_answered"].tolist() == [is_found]


def test_of_two_boxes_alike_the_later_answer_counts(
    studio: Studio, project: Project
) -> None:
    final = rectangle(20, 20, 60, 60)
    box = (18, 18, 62, 62)
    answers = [
        given(project, rectangle(20, 20, 40, 60), box),
        given(project, final, box, "2026-01-05T11:00:00+00:00"),
    ]
    assert studio.measure([brush(final, "r1")], answers)["iou"].tolist() == [1.0]


def test_the_tool_s_own_prediction_and_word_come_first(
    studio: Studio, project: Project
) -> None:
    final = rectangle(20, 20, 60, 60)
    predicted = brush(rectangle(20, 20, 60, 40), "r1")
    prediction = {"model_version": "run 3", "result": [predicted]}
    found = studio.measure(
        [brush(final, "r1", origin="prediction-changed")],
        [given(project, final, (18, 18, 62, 62))],
        predictions=[prediction],
    )
    (row,) = found.to_dict("records")
    assert (row["model"], row["iou"]) == ("run 3", 0.5)
    assert row["is_untouched"] is False


def test_what_the_tool_calls_a_prediction_is_untouched(
    studio: Studio, project: Project
) -> None:
    final = rectangle(20, 20, 60, 60)
    answer = given(project, rectangle(20, 20, 60, 58), (18, 18, 62, 62))
    found = studio.measure([brush(final, "r1", origin="prediction")], [answer])
    assert found["is_untouched"].tolist() == [True]


def test_corners_that_were_moved_are_counted(studio: Studio, project: Project) -> None:
    corners = [(20.0, 20.0), (60.0, 20.0), (60.0, 70.0), (20.0, 60.0)]
    answer = given(project, rectangle(20, 20, 60, 60), (18, 18, 62, 66))
    found = studio.measure([polygon(corners, "r1")], [answer])
    assert found["corners_moved"].tolist() == [1]


def test_each_object_is_measured_once_and_a_killed_round_measures_again(
    studio: Studio,
) -> None:
    first = brush(rectangle(20, 20, 60, 60), "r1")
    studio.measure([first], [])
    second = brush(rectangle(70, 20, 90, 40), "r2")
    found = studio.measure([first, second], [], number=2)
    assert found["round"].tolist() == [1, 2]
    again = studio.measure([first, second], [], number=2)
    assert again.equals(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"lead_time": None, "updated_at": "yesterday"},
        {"predictions": [1, 2]},
        {"predictions": [{"result": [{"id": "r1", "value": {"x": 1, "height": 2}}]}]},
        {"predictions": None},
    ],
)
def test_what_the_tool_does_not_tell_costs_nothing(
    studio: Studio, project: Project, changes: dict[str, object]
) -> None:
    final = rectangle(20, 20, 60, 60)
    answer = given(project, final, (18, 18, 62, 62))
    found = studio.measure([brush(final, "r1")], [answer], **changes)
    assert found["iou"].tolist() == [1.0]


def test_a_build_that_was_never_measured_has_no_rows(tmp_path: Path) -> None:
    assert len(read_effort(UPath(tmp_path))) == 0
