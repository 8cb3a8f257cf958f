"""Promotion: the last one counts, a rollback goes one further back, and nothing is forgotten."""

from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
from model.promotion import (
    Promotion,
    add_promotion,
    add_rollback,
    last_promoted_but,
    read_promotion,
)


def roll_back(build: UPath) -> Promotion:
    promotion = read_promotion(build)
    assert promotion is not None
    return add_rollback(build, promotion.stack[-2])


def test_rollbacks_return_step_by_step_and_the_history_stays(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    assert read_promotion(build) is None
    for run in (1, 2, 3):
        assert add_promotion(build, run, f"model {run}").run == run
    assert roll_back(build).run == 2
    assert roll_back(build).run == 1
    promotion = add_promotion(build, 4, "model 4")

    assert promotion == read_promotion(build)
    assert [step.run for step in promotion.stack] == [1, 4]
    assert [(step.how, step.run) for step in promotion.history] == [
        ("promoted", 1),
        ("promoted", 2),
        ("promoted", 3),
        ("rolled back", 2),
        ("rolled back", 1),
        ("promoted", 4),
    ]


def test_a_rollback_to_what_is_no_longer_before_is_refused(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    add_promotion(build, 1, "model 1")
    promotion = add_promotion(build, 2, "model 2")
    add_promotion(build, 3, "model 3")
    with pytest.raises(InputError, match="has changed meanwhile"):
        add_rollback(build, promotion.stack[-2])


def test_a_promoted_model_is_compared_with_the_one_before(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    assert last_promoted_but(build, "model 1") is None
    add_promotion(build, 1, "model 1")
    assert last_promoted_but(build, "model 1") is None
    add_promotion(build, 2, "model 2")
    for model, last in (("model 2", 1), ("model 1", 2), ("model 3", 2)):
        step = last_promoted_but(build, model)
        assert step is not None
        assert step.run == last
