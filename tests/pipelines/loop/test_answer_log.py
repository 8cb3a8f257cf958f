"""The answers that are kept: as they were given, whatever a kill does to a line."""

from pathlib import Path

import msgspec
import numpy as np
from upath import UPath

from curate.pixels import masks, run_lengths
from curate.records import Box
from pipelines.loop.answer_log import AnswerLog, GivenAnswer, given, read_answers
from pipelines.loop.answering import Answered
from pipelines.loop.records import ModelState, Picture

PICTURE = Picture("a" * 32, "a.png", width=60, height=40)
ANSWERED = Answered(
    mask=np.eye(8, dtype=np.bool_),
    window=Box(10, 4, 18, 12),
    expected_iou=0.75,
    by=ModelState("run 3", "d3", 3),
)


def make(when: str = "2026-01-02T03:04:05") -> GivenAnswer:
    answer = given(PICTURE, (10.0, 4.0, 18.0, 12.0), ANSWERED)
    return msgspec.structs.replace(answer, when=when)


def test_an_answer_is_kept_with_its_mask_in_the_picture_and_its_model(
    tmp_path: Path,
) -> None:
    AnswerLog(UPath(tmp_path), 1000).add([make()])
    (found,) = read_answers(UPath(tmp_path))
    assert (found.picture, found.model, found.run) == (PICTURE.id, "d3", 3)
    runs = run_lengths.parse(found.counts, found.height, found.width)
    mask = masks.decode(runs)
    assert mask[4:12, 10:18].tolist() == ANSWERED.mask.tolist()
    assert mask.sum() == 8


def test_a_line_that_a_kill_has_cut_costs_itself(tmp_path: Path) -> None:
    log = AnswerLog(UPath(tmp_path), 10_000)
    log.add([make(), make()])
    path = tmp_path / "2026-01-02.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    AnswerLog(UPath(tmp_path), 10_000).add([make("2026-01-02T09:00:00")])
    assert [each.when for each in read_answers(UPath(tmp_path))] == [
        "2026-01-02T03:04:05",
        "2026-01-02T09:00:00",
    ]


def test_the_oldest_days_make_room(tmp_path: Path) -> None:
    log = AnswerLog(UPath(tmp_path), 2 * len(msgspec.json.encode(make())) + 10)
    for day in range(1, 6):
        log.add([make(f"2026-01-0{day}T00:00:00")])
    kept = sorted(path.stem for path in tmp_path.iterdir())
    assert kept == ["2026-01-03", "2026-01-04", "2026-01-05"]
