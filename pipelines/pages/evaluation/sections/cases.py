"""The cases: the worst, median and best answers of the model, with their errors."""

from dataclasses import dataclass

import msgspec

from curate.storage import read_table
from model.evaluation.report import Case
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.evaluation.pictures import CasePictures, paint_case
from pipelines.pages.page import Values


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case with its pictures."""

    case: Case
    pictures: CasePictures


def show_cases(build: EvaluatedBuild) -> Values:
    """The cases by kind."""
    table = read_table(build.folder / "evaluate" / "cases.parquet")
    cases: dict[str, list[ShownCase]] = {"worst": [], "median": [], "best": []}
    for case in msgspec.convert(table.to_pylist(), list[Case]):
        cases[case.kind].append(ShownCase(case, paint_case(case)))
    return {"cases": cases}
