"""The page of the loop: `<build>/report/loop.html`.

What became of each round, and what corrections cost by round, customer and week. Every number is
from the files of `<build>/loop/`.
"""

from dataclasses import dataclass

import pandas as pd
from upath import UPath

from curate.storage import write_bytes
from model.evaluation.annotator_effort import EDGE_RADIUS
from model.promotion import Promotion, read_promotion
from pipelines.pages.index import LOOP_PAGE, links_beside, write_index
from pipelines.pages.loop.effort_chart import effort_chart
from pipelines.pages.loop.effort_summary import SAVED_SHARE, summaries, summarise
from pipelines.pages.page import Section, Values, render_page
from pipelines.rounds.effort import UNTOUCHED_IOU, read_effort
from pipelines.rounds.records import Round
from pipelines.rounds.store import ended_rounds

_FOLDER = "loop/sections"

_OUTCOMES = {
    "promoted": "is promoted",
    "stopped": "is stopped by the gate",
    "unjudged": "is judged on too few images",
}


@dataclass(frozen=True, slots=True)
class LoopedBuild:
    """The rounds of a build that have ended, and the effort that they measured."""

    folder: UPath
    rounds: list[Round]
    effort: pd.DataFrame
    """Rows of `pipelines.rounds.effort.SCHEMA`, with `round`."""

    promotion: Promotion | None


def write_loop_page(build: UPath) -> UPath | None:
    """Write the page of a build's rounds; its path. None if no round has ended yet."""
    rounds = ended_rounds(build)
    if not rounds:
        return None
    looped = LoopedBuild(build, rounds, read_effort(build), read_promotion(build))
    page = render_page("loop/loop.html", _show_head(looped), LOOP_SECTIONS, looped)
    path = build / "report" / LOOP_PAGE
    write_bytes(path, page)
    write_index(build)
    return path


def _show_head(build: LoopedBuild) -> Values:
    in_use = None
    if build.promotion is not None:
        in_use = build.promotion.run
    promoted = [each for each in build.rounds if each.outcome == "promoted"]
    return {
        "name": build.folder.name,
        "folder": str(build.folder),
        "rounds": build.rounds,
        "promoted": len(promoted),
        "in_use": in_use,
        "all": summarise(build.effort),
        "links": links_beside(build.folder, LOOP_PAGE),
        "notices": [],
    }


def show_rounds(build: LoopedBuild) -> Values:
    """What became of each round, the last one first."""
    return {
        "rounds": build.rounds[::-1],
        "outcomes": _OUTCOMES,
        "new_share": build.rounds[-1].new_share,
    }


def show_effort(build: LoopedBuild) -> Values | None:
    """The effort by round, as a chart and as a table."""
    if build.effort.empty:
        return None
    by_round = list(summaries(build.effort, ["round"]))
    return {"chart": effort_chart(by_round), "summaries": by_round}


def show_customers(build: LoopedBuild) -> Values | None:
    """The effort by customer and week."""
    if build.effort.empty:
        return None
    return {"summaries": list(summaries(build.effort, ["customer", "week"]))}


def show_method(build: LoopedBuild) -> Values:
    """How the effort is measured."""
    del build  # the same for all
    return {
        "untouched_iou": UNTOUCHED_IOU,
        "radius": EDGE_RADIUS,
        "saved_share": SAVED_SHARE,
    }


LOOP_SECTIONS: tuple[Section[LoopedBuild], ...] = (
    Section("rounds", "Round by round", f"{_FOLDER}/rounds.html", show_rounds),
    Section("effort", "What corrections cost", f"{_FOLDER}/effort.html", show_effort),
    Section(
        "customers", "By customer and week", f"{_FOLDER}/customers.html", show_customers
    ),
    Section("method", "How this is measured", f"{_FOLDER}/method.html", show_method),
)
"""The sections of the page, in order: name, title, template, and the template's values."""
