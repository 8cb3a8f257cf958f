"""The balance: shares of the train objects, before and after, by domain and customer."""

from pandas import DataFrame

from curate.reasons import Reason
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.page import Values


def show_balance(build: CuratedBuild) -> Values:
    """Both tables, what the caps dropped, and the settings behind it."""
    train = build.objects[build.objects["split"] == "train"]
    reasons = build.ledgers["balance"].by_reason
    return {
        "tables": {
            name: tabulate_shares(train, name) for name in ("domain", "customer")
        },
        "capped": reasons.get(Reason.CAPPED, 0),
        "settings": build.settings.balance,
    }


def tabulate_shares(train: DataFrame, by: str) -> DataFrame:
    """A row for each value of a column, the most frequent first.

    `count` objects; their share `before` balance, and `after`: of what an epoch uses;
    `uses`: how often an epoch uses one of them, on average.
    """
    table = train.groupby(by)[["count", "weight"]].sum()
    table["before"] = table["count"] / table["count"].sum()
    table["after"] = table["weight"] / table["weight"].sum()
    table["uses"] = table["after"] / table["before"]
    return table.sort_values(["count", by], ascending=[False, True])
