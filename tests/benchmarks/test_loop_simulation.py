"""The simulated loop: its annotators, its deliveries, and a small run from end to end."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from upath import UPath

from benchmarks.loop_simulation import simulate
from benchmarks.shared.annotators import correct, shifted
from benchmarks.shared.deliveries import delivered, largest_customer, with_more_of
from benchmarks.shared.loop_words import lines_of
from benchmarks.shared.simulated_loop import Scale, without
from curate.pixels.masks import Mask
from curate.storage import read_partitions
from model.annotations.report import DeliveryQuality
from model.checkpoint import BASE
from model.evaluation.comparison import Comparison, Place, Truth
from model.evaluation.correction_effort import correction_effort
from model.evaluation.intervals import Interval
from pipelines.arguments import load
from pipelines.verbs.stage import curate
from tests.pipelines.small_project import Project

torch.set_num_threads(1)  # on a busy machine several wait for each other

TINY = Scale(
    rounds=2, objects=12, test_objects=2, steps=2, batch_pixels=16_384, copies=50
)


def square(x: int = 10, side: int = 30) -> Mask:
    mask = np.zeros((60, 80), np.bool_)
    mask[15 : 15 + side, x : x + side] = True
    return mask


def test_a_good_mask_is_let_be_and_another_is_drawn_anew() -> None:
    true = square()
    truth = Truth(true, Place((False, False, False, False), 60, 80))
    rng = np.random.default_rng(0)
    good = correct(square(11), truth, rng)
    assert (good.is_untouched, good.clicks) == (True, 0.0)
    assert np.array_equal(good.mask, square(11))

    bad = correct(square(30), truth, rng)
    assert bad.clicks >= 4  # two corners on either side
    assert not bad.is_untouched
    off = (bad.mask ^ true).sum()
    assert off <= 4 * 31  # a px around the square


def test_a_useless_answer_costs_what_drawing_anew_costs() -> None:
    truth = Truth(square(), Place((False, False, False, False), 60, 80))
    rng = np.random.default_rng(0)
    anew = correct(np.zeros_like(square()), truth, rng).clicks
    speckled = np.indices((60, 80)).sum(axis=0) // 12 % 2 == 0
    assert correct(speckled, truth, rng).clicks == anew > 0
    assert correction_effort(Comparison(speckled, truth)) > anew


def test_a_shifted_mask_is_the_mask_elsewhere() -> None:
    moved = shifted(square(), 0.2)
    assert np.array_equal(moved[21:51, 16:46], square()[15:45, 10:40])
    assert moved.sum() == square().sum()


def test_each_group_comes_in_one_round() -> None:
    groups = [f"group {number // 3}" for number in range(60)]
    ids = [f"{number:032x}" for number in range(60)]
    rows = pa.table({"group_id": groups, "object_id": ids})
    rounds = [delivered(rows, number, 4)["group_id"].to_pylist() for number in range(4)]
    assert sum(map(len, rounds)) == len(groups)
    assert sum(len(set(each)) for each in rounds) == len(set(groups))


def test_the_poisoned_customer_delivers_more_and_nobody_less() -> None:
    rows = pa.table(
        {
            "object_id": list("abcdef"),
            "image_id": list("112345"),
            "customer": ["x", "x", "x", "y", "y", "y"],
        }
    )
    assert largest_customer(rows) == "y"
    delivery = with_more_of(rows.slice(3, 2), rows, "x", 2)
    assert delivery["object_id"].to_pylist() == ["a", "b", "d", "e"]


def test_what_is_held_back_is_not_learned() -> None:
    rows = pa.table(
        {"object_id": list("abc"), "customer": list("xxy"), "export": list("ppp")}
    )
    held = DeliveryQuality(
        customer="x",
        export="p",
        objects=2,
        judged=2,
        doubtful=0.7,
        usual=0.0,
        wrong=Interval(0.9, 0.6, 1.0),
        is_held=True,
        right=4.0,
        below=0.0,
    )
    assert without(rows, [held])["object_id"].to_pylist() == ["c"]
    assert without(rows, []) is rows


@pytest.mark.skipif(not BASE.is_file(), reason="the base model is not here")
def test_a_loop_of_two_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two customers; the gate is made to stop all, which only the guarded arm may hear."""
    project = Project(tmp_path, None)
    project.add("street", 44, ["car", "person"])
    project.add("yard", 40, ["car", "person"])
    curate(load(project.change(dask={"workers": 1}), None), "balance")
    parts = read_partitions(UPath(project.build) / "balance" / "segments")
    rows = pa.concat_tables(parts)
    monkeypatch.setattr(
        "benchmarks.loop_simulation._falls", lambda *_: ["overall all: iou -0.5"]
    )
    # Processes that read for a training take longer to start than two steps.
    monkeypatch.setattr("model.training_run.worker_count", lambda _: 0)

    (tmp_path / "loop").mkdir()
    simulated = simulate(rows, TINY, 0.5, tmp_path / "loop")
    for each in simulated["rounds"]:
        assert each.effort["all"]["objects"] == 2 * TINY.objects
        assert (each.promoted, each.trusts) == (False, {})
        assert each.candidate != simulated["before"]
    # What was stopped is not used: the first model answers to the end.
    assert simulated["before_poison"] == simulated["before"]
    assert {each.mean for each in simulated["saved"].values()} == {0.0}

    off, on = simulated["arms"]["off"], simulated["arms"]["on"]
    assert (off.promoted, on.promoted) == (True, False)
    assert off.trusts == {}
    assert (off.held, on.held) == ([], [])  # so few objects are not judged as a whole
    assert set(simulated["beside_sound"]) == {"off", "on"}
    assert off.candidate != on.candidate
    # So few objects tell sound masks from shifted ones badly: only that they are judged is sure.
    assert 0 < on.trusts["shifted"] < 1
    assert 0 < on.trusts["other"] < 1
    assert (
        sum("stopped; falls: overall all" in line for line in lines_of(simulated)) == 1
    )
