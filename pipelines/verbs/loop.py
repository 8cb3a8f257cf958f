"""`loop`: a round that takes corrections into the next model, or many of them by a schedule.

A round fetches the exports of the tools, curates what has changed, trains on from the promoted
model on a mix of new and old objects, judges the result against that model, and promotes it if
the gate lets it pass. From the moment that something new is found, it is kept in
`<build>/loop/open.json`: the next `loop` goes on with a round that was killed, from the same start,
and each step keeps what it has done.
"""

from collections.abc import Callable
from time import monotonic, sleep

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from pipelines.failures import CheckFailed
from pipelines.flow import build as builds
from pipelines.flow.faults import StageFaults, describe
from pipelines.flow.screen import Screen
from pipelines.pages.loop.loop import write_loop_page
from pipelines.rounds.course import begin, bring_to_its_end
from pipelines.rounds.deliveries import told
from pipelines.rounds.records import Round
from pipelines.rounds.store import LOOP, open_round

_MINUTE = 60.0  # seconds


class Looped(msgspec.Struct, frozen=True, kw_only=True):
    """What a round has done."""

    round: Round | None
    """None if there was nothing new to learn."""

    nothing: str = ""
    """Why there was no round."""

    page: str = ""
    """The page of all rounds; "" if none has ended yet."""

    faults: list[StageFaults] = []


def loop(settings: Settings) -> Looped:
    """Go on with the open round, or begin one if there is something new, and bring it to its end.

    InputError if a tool does not answer, if the build cannot be judged, or if another loop is at
    work in it.
    """
    build = UPath(settings.build)
    screen = Screen()
    with builds.held(build / LOOP):
        going = open_round(build)
        nothing = ""
        faults: list[StageFaults] = []
        if going is None:
            going, nothing, faults = begin(settings, screen)
        else:
            screen.note(f"loop: round {going.number} was not ended; goes on with it")
        ended = None
        if going is not None:
            ended = bring_to_its_end(settings, going)
        page = write_loop_page(build)
    return Looped(round=ended, nothing=nothing, page=str(page or ""), faults=faults)


def text(looped: Looped) -> str:
    """What a round has done, for a reader."""
    ended = looped.round
    if ended is None:
        return f"nothing new: {looped.nothing}"
    lines = [
        f"round {ended.number}: {ended.new:,} new objects, {ended.to_learn:,} of them to learn "
        f"from, from {ended.start} to run {ended.run}"
    ]
    lines += [told(each) for each in ended.held]
    if ended.iou is not None:
        line = f"IoU on the test objects: {ended.iou:.3f}"
        if ended.iou_change is not None:
            line += f" ({ended.iou_change:+.3f} against {ended.against})"
        lines.append(line)
    if ended.outcome == "promoted":
        lines.append(f"run {ended.run} is in use now")
    else:
        lines.append(f"run {ended.run} is not promoted: {why_not(ended)}")
    lines.append(f"page: {looped.page}")
    return "\n".join(lines)


def why_not(ended: Round) -> str:
    """Why the model of a round is not in use."""
    if ended.outcome == "unjudged":
        return (
            "no stratum of the test split has enough images to judge it; promote it by hand if you "
            f"trust it: python -m pipelines promote SETTINGS {ended.run}"
        )
    return ended.falls


def check(looped: Looped) -> None:
    """CheckFailed if the round's model is not in use, because the gate did not let it pass."""
    ended = looped.round
    if ended is not None and ended.outcome != "promoted":
        raise CheckFailed(f"run {ended.run} is not promoted; {ended.start} stays")


def loop_every(
    minutes: float, load: Callable[[], Settings], show: Callable[[Looped], None]
) -> None:
    """Rounds without end, one each so many minutes, or as soon as the last one has ended.

    `load`: gives the settings, which may change from round to round. A tool that does not answer,
    or settings that are wrong, cost their round.
    """
    screen = Screen()
    while True:
        began = monotonic()
        try:
            looped = loop(load())
            show(looped)
            if looped.faults:
                screen.note(describe(looped.faults))
            check(looped)
        except InputError as error:
            screen.note(f"error: {error}")
        except CheckFailed as failure:
            screen.note(f"check failed: {failure}")
        left = began + minutes * _MINUTE - monotonic()
        screen.note(f"loop: looks again in {max(left, 0) / _MINUTE:.0f} minutes")
        sleep(max(left, 0))
