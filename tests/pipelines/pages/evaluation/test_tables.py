"""The tables of the evaluation page: shares and strata that can be checked by hand."""

import pytest
from pandas import DataFrame

from pipelines.pages.evaluation.sections.spread import (
    tabulate_quantiles,
    tabulate_reached,
)


def test_shares_of_objects_that_reach_an_iou() -> None:
    scores = DataFrame(
        {"method": ["model"] * 4 + ["prior"], "iou": [0.2, 0.5, 0.8, 0.95, 0.6]}
    )
    reached = tabulate_reached(scores)
    assert reached.columns.to_list() == [0.5, 0.75, 0.9]
    assert reached.loc["model"].to_list() == [0.75, 0.5, 0.25]
    assert reached.loc["prior"].to_list() == [1.0, 0.0, 0.0]


def test_quantiles_of_each_method() -> None:
    scores = DataFrame(
        {"method": ["model"] * 11, "iou": [number / 10 for number in range(11)]}
    )
    assert tabulate_quantiles(scores).loc["model"].to_list() == pytest.approx(
        [0.1, 0.5, 0.9]
    )
