import numpy as np
import pytest

from curate.settings import CropSettings, TrainSettings
from curate.shards import windows
from model.augment import augment
from model.batches import BatchPlan, ahead, plan_epoch, sizes


def planned(
    count: int = 3000, max_side: int = 256
) -> tuple[list[BatchPlan], np.ndarray, np.ndarray]:
    """An epoch of objects of 16 to 400 px in images of 480 × 640 px."""
    chance = np.random.default_rng(5)
    side = np.exp(chance.uniform(np.log(16), np.log(400), (count, 1))) * chance.uniform(
        0.7, 1.0, (count, 2)
    )
    corner = chance.uniform(0, 1, (count, 2)) * (np.array([640, 480]) - side)
    boxes = np.concatenate((corner, corner + side), axis=1).astype(np.int32)
    heights, widths = np.full(count, 480), np.full(count, 640)
    crops = windows.largest(boxes, heights, widths, CropSettings())
    ids = [f"{number:032x}" for number in range(count)]
    drawn, window = windows.random_windows(ids, boxes, heights, widths, CropSettings(), 1)
    drawn, window = windows.shift(drawn, crops, -1), windows.shift(window, crops, -1)
    sides = crops[:, 2:] - crops[:, :2]
    settings = TrainSettings(max_side=max_side)
    return plan_epoch(np.arange(count), drawn, window, sides, settings, 1), drawn, sides


def test_every_draw_is_in_one_batch_of_one_size() -> None:
    plans, _, sides = planned()
    assert sorted(np.concatenate([plan.rows for plan in plans]).tolist()) == list(range(3000))
    for plan in plans:
        assert plan.height in sizes(256)
        assert plan.width in sizes(256)
        assert len(plan.rows) * plan.height * plan.width <= 204_800
        real = plan.windows[:, 2:] - plan.windows[:, :2]
        assert (real <= [plan.width, plan.height]).all()
        assert (plan.windows[:, :2] >= 0).all()
        assert (plan.windows[:, 2:] <= sides[plan.rows]).all()
    again, _, _ = planned()
    assert all(np.array_equal(a.windows, b.windows) for a, b in zip(plans, again, strict=True))


def test_padding_stays_under_its_bound() -> None:
    plans, _, _ = planned()
    pixels = sum(len(plan.rows) * plan.height * plan.width for plan in plans)
    assert sum(plan.padding for plan in plans) / pixels < 0.15


def test_what_must_be_seen_is_seen_unless_a_piece_is_cut() -> None:
    plans, drawn, _ = planned(max_side=128)
    whole = 0
    for plan in plans:
        box = drawn[plan.rows]
        inside = (plan.windows[:, :2] <= box[:, :2]) & (plan.windows[:, 2:] >= box[:, 2:])
        fits = (box[:, 2:] - box[:, :2]) <= 120
        assert inside[fits].all()
        assert ((plan.windows[:, 2:] > box[:, :2]) & (plan.windows[:, :2] < box[:, 2:])).all()
        whole += int(inside.all(axis=1).sum())
    assert 0 < whole < 3000


def test_mirrors_move_mask_and_box_together() -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    mask = np.zeros((40, 60), np.bool_)
    mask[5:15, 10:20] = True
    image[mask] = 200
    places = set()
    for seed in range(30):
        chance = np.random.default_rng(seed)
        seen, moved, drawn = augment(
            image, mask, np.array([10, 5, 20, 15], np.float32), chance, 1.0
        )
        x0, y0, x1, y1 = drawn.astype(int).tolist()
        assert moved[y0:y1, x0:x1].all()
        assert moved.sum() == 100
        assert seen[moved].mean() > seen[~moved].mean()
        places.add((x0, y0))
    assert len(places) == 4


def test_errors_of_the_thread_ahead_come_through() -> None:
    def items() -> object:
        yield from range(10)
        raise ValueError("broken crop")

    made = ahead(items())  # type: ignore[arg-type]
    assert [next(made) for _ in range(10)] == list(range(10))
    with pytest.raises(ValueError, match="broken crop"):
        next(made)
    early = ahead(iter(range(1000)))
    assert next(early) == 0
    early.close()
