"""The balance: shares of the train objects, before and after, and what the weights cost."""

from dataclasses import dataclass

from pandas import DataFrame

from curate.reasons import Reason
from curate.stages.balance import effective_size
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.page import Values

_MOST_ROWS = 20  # of one table; the others together are one more


@dataclass(frozen=True, slots=True)
class Mix:
    """The train objects as an epoch uses them.

    `effective`: how many objects of equal weight would vary as little. `repeats`: how
    often an epoch uses an object that it has used already.
    """

    objects: int
    effective: float
    repeats: float


def show_balance(build: CuratedBuild) -> Values:
    """The tables, what the weights cost, what the caps dropped, and the settings behind it."""
    train = build.objects[build.objects["split"] == "train"]
    reasons = build.ledgers["balance"].by_reason
    by = ("domain", "customer", "concept")
    return {
        "tables": {name: tabulate_shares(train, name) for name in by},
        "mix": sum_up(train),
        "capped": reasons.get(Reason.CAPPED, 0),
        "settings": build.settings.balance,
    }


def sum_up(train: DataFrame) -> Mix:
    """The mix of the train objects; `train` as in CuratedBuild.objects."""
    sums = train[["count", "weight", "weight_squared", "repeats"]].sum()
    effective = effective_size(sums["weight"], sums["weight_squared"])
    return Mix(int(sums["count"]), effective, sums["repeats"])


def tabulate_shares(train: DataFrame, by: str) -> DataFrame:
    """A row for each value of a column, the most frequent first; of many, the rest is one row.

    `count` objects; their share `before` balance, and `after`: of what an epoch uses;
    `uses`: how often an epoch uses one of them, on average.
    """
    table = train.groupby(by)[["count", "weight"]].sum()
    table = table.sort_values(["count", by], ascending=[False, True])
    rest = table.iloc[_MOST_ROWS:]
    table = table.iloc[:_MOST_ROWS].copy()
    if len(rest):
        table.loc[f"{len(rest)} others"] = rest.sum()

    table["count"] = table["count"].astype(int)
    table["before"] = table["count"] / table["count"].sum()
    table["after"] = table["weight"] / table["weight"].sum()
    table["uses"] = table["after"] / table["before"]
    return table
