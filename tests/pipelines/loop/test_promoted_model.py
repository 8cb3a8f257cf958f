"""The server follows the promoted model, and loses no request on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from upath import UPath

from curate.errors import InputError
from curate.records import Box
from model.promotion import Promotion, add_promotion, add_rollback, read_promotion
from pipelines.loop.answering import Answering, Served
from pipelines.loop.promoted_model import Promoted
from pipelines.loop.records import ModelState
from tests.pipelines.loop.small_server import BoxModel

PICTURE = np.zeros((50, 60, 3), np.uint8)
BOX = Box(0, 0, 20, 20)


class Builds:
    """A build whose run N has the digest `mN`; a run whose number is in `broken` cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = UPath(folder)
        self.broken: set[int] = set()
        self.loads: list[int] = []
        self.said: list[str] = []
        self.models = [BoxModel(seconds=0.01)]

    def load(self, promotion: Promotion) -> Served:
        self.loads.append(promotion.run)
        if promotion.run in self.broken:
            raise InputError(f"runs/{promotion.run}: cut off")
        self.models.append(BoxModel(seconds=0.01))
        name = f"run {promotion.run}"
        state = ModelState(name, promotion.model, promotion.run)
        return Served(self.models[-1], state)

    def promote(self, run: int) -> None:
        add_promotion(self.folder, run, f"m{run}")

    def roll_back(self) -> None:
        promotion = read_promotion(self.folder)
        assert promotion is not None
        add_rollback(self.folder, promotion.stack[-2])


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    made = Builds(tmp_path)
    made.promote(1)
    return made


def follow(builds: Builds, task: Callable[[Answering], Awaitable[None]]) -> None:
    """Run a task while run 1 answers and the promoted model is followed."""

    async def main() -> None:
        first = Served(builds.models[0], ModelState("run 1", "m1", 1))
        answering = Answering(first, 1000, 10.0)
        promoted = Promoted(builds.folder, builds.load, builds.said.append, 0.005)
        async with answering.running(), promoted.followed(answering):
            await task(answering)

    asyncio.run(main())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.002)


def test_promoted_and_rolled_back_models_answer_and_no_request_is_lost(
    builds: Builds,
) -> None:
    async def task(answering: Answering) -> None:
        asked = [
            asyncio.create_task(answering.ask(PICTURE, [BOX] * 4)) for _ in range(20)
        ]
        builds.promote(2)
        await until(lambda: answering.served.state.run == 2)
        more = [answering.ask(PICTURE, [BOX]) for _ in range(5)]
        found = [
            answer for each in await asyncio.gather(*asked, *more) for answer in each
        ]
        assert len(found) == 85
        assert {answer.by.digest for answer in found} == {"m1", "m2"}
        assert all(answer.mask.all() for answer in found)

        builds.roll_back()
        await until(lambda: answering.served.state.run == 1)
        (answer,) = await answering.ask(PICTURE, [BOX])
        assert answer.by == ModelState("run 1", "m1", 1)

    follow(builds, task)
    assert builds.loads == [2, 1]
    assert builds.said == [
        "model: run 2 answers from now on",
        "model: run 1 answers from now on",
    ]


def test_a_broken_model_is_refused_and_said_once(builds: Builds) -> None:
    async def task(answering: Answering) -> None:
        builds.broken.add(2)
        builds.promote(2)
        await until(lambda: len(builds.loads) >= 4)
        (answer,) = await answering.ask(PICTURE, [BOX])
        assert answer.by.run == 1
        assert builds.said == [
            "the promoted model cannot be used: runs/2: cut off; run 1 goes on"
        ]

        builds.promote(3)
        await until(lambda: answering.served.state.run == 3)

    follow(builds, task)
    assert builds.said[1:] == ["model: run 3 answers from now on"]


def test_a_broken_pointer_costs_nothing(builds: Builds) -> None:
    async def task(answering: Answering) -> None:
        path = builds.folder / "promoted.json"
        whole = path.read_bytes()
        path.write_bytes(whole[:20])
        await until(lambda: bool(builds.said))
        path.write_bytes(whole)
        assert (await answering.ask(PICTURE, [BOX]))[0].by.run == 1

    follow(builds, task)
    assert "promoted.json: broken" in builds.said[0]
    assert builds.loads == []
