"""The objects that changed most, with what both runs answered."""

from dataclasses import dataclass

from model.evaluation.run_comparison import CHANGED, ChangedObject
from pipelines.pages.comparison.compared_runs import ComparedRuns
from pipelines.pages.evaluation.pictures import paint_case
from pipelines.pages.page import Values


@dataclass(frozen=True, slots=True)
class ShownChange:
    """An object, and pictures as data URIs; empty where the answer can no longer be shown."""

    object: ChangedObject
    seen: str
    before: str
    after: str


def show_lost(runs: ComparedRuns) -> Values | None:
    """The objects that B answers worse, if there are any."""
    return _show(runs, runs.comparison.most_lost, runs.comparison.lost, "lower")


def show_gained(runs: ComparedRuns) -> Values | None:
    """The objects that B answers better, if there are any."""
    return _show(runs, runs.comparison.most_gained, runs.comparison.gained, "higher")


def _show(
    runs: ComparedRuns, objects: list[ChangedObject], count: int, direction: str
) -> Values | None:
    if not objects:
        return None
    return {
        "changes": [_paint(runs, each) for each in objects],
        "count": count,
        "direction": direction,
        "changed": CHANGED,
        "a": runs.a.number,
        "b": runs.b.number,
    }


def _paint(runs: ComparedRuns, changed: ChangedObject) -> ShownChange:
    seen = ""
    answers = []
    for cases in (runs.cases_a, runs.cases_b):
        case = cases.get(changed.object_id)
        if case is None:
            answers.append("")
            continue
        pictures = paint_case(case)
        seen = pictures.seen
        answers.append(pictures.errors)
    before, after = answers
    return ShownChange(changed, seen, before, after)
