"""Two runs that are compared: what the sections of their page show."""

from collections.abc import Mapping
from dataclasses import dataclass

from upath import UPath

from model.evaluation.report import Case
from model.evaluation.run_comparison import RunComparison
from model.runs import Run

Cases = Mapping[str, Case]
"""A run's answers to the objects that changed, by object_id, as far as they can be shown."""


@dataclass(frozen=True, slots=True)
class ComparedRuns:
    """The comparison of run B with run A, and what the runs answered."""

    build: UPath
    a: Run
    b: Run
    comparison: RunComparison
    cases_a: Cases
    cases_b: Cases
