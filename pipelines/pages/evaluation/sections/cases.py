"""The cases: the worst, median and best answers of the model, and the worst of each stratum."""

from dataclasses import dataclass

import msgspec

from curate.storage import read_table
from model.evaluation.report import Case, Stratum
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.evaluation.pictures import CasePictures, paint_case
from pipelines.pages.page import Values

_TITLES = {
    "worst": "Worst of all objects",
    "median": "Median",
    "best": "Best",
}

_STRATA_TITLES = {
    "domain": "Worst by domain",
    "customer": "Worst by customer",
    "export": "Worst by export",
    "size": "Worst by size",
    "concept": "Worst by concept",
}
"""Kinds of strata whose worst cases are shown, in this order."""


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case with its pictures."""

    case: Case
    pictures: CasePictures


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Cases under one headline. What is shown above already is a link here."""

    title: str
    cases: list[ShownCase]
    above: list[Case]


@dataclass(frozen=True, slots=True)
class CaseChapter:
    """Groups of cases under one title."""

    title: str
    groups: list[CaseGroup]
    is_folded: bool = False


def show_cases(build: EvaluatedBuild) -> Values:
    """The cases: each object once, at the first place that it belongs to."""
    table = read_table(build.folder / "evaluate" / "cases.parquet")
    cases = msgspec.convert(table.to_pylist(), list[Case])
    shown: set[str] = set()

    chapters = []
    for kind, title in _TITLES.items():
        members = [case for case in cases if case.kind == kind]
        if members:
            chapters.append(CaseChapter(title, [_group("", members, shown)]))
        if kind == "worst":
            chapters += _of_strata(build, cases, shown)
    return {"chapters": chapters}


def _of_strata(
    build: EvaluatedBuild, cases: list[Case], shown: set[str]
) -> list[CaseChapter]:
    """The worst cases of each stratum, the worst stratum first."""
    chapters = []
    for kind, title in _STRATA_TITLES.items():
        groups = []
        for stratum in build.worst_first(kind):
            which = Stratum(stratum.kind, stratum.value)
            members = [case for case in cases if which in case.worst_of]
            if members:
                groups.append(_group(stratum.title, members, shown))
        if len(groups) > 1:
            chapters.append(CaseChapter(title, groups, is_folded=kind == "concept"))
    return chapters


def _group(title: str, members: list[Case], shown: set[str]) -> CaseGroup:
    """A group of cases, whose pictures are painted unless they are above; adds them to `shown`."""
    new = []
    above = []
    for case in members:
        if case.object_id in shown:
            above.append(case)
        else:
            shown.add(case.object_id)
            new.append(ShownCase(case, paint_case(case)))
    return CaseGroup(title, new, above)
