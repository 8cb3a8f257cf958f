"""The tables of the curation page: sums that can be checked by hand."""

import pandas as pd
import pyarrow as pa
import pytest
from pandas import DataFrame

from curate.ledger import ExportLedger, LedgerReport
from pipelines.pages.curation.curated_build import cross_table, tabulate_drops
from pipelines.pages.curation.examples import take_first_of_each
from pipelines.pages.curation.sections.balance import sum_up, tabulate_shares
from pipelines.pages.curation.sections.concepts import tabulate_concepts
from pipelines.pages.curation.sections.duplicates import (
    LinkedGroup,
    count_links,
    count_shared,
)
from pipelines.pages.curation.sections.splits import count_by_split


@pytest.fixture
def objects() -> DataFrame:
    """Objects as in CuratedBuild: three of two concepts in train, one of them in test."""
    rows = [
        ("a", "street", "car", "thing", "train", "small", 2, 1.0, 0.5, 0.0),
        ("b", "yard", "car", "thing", "test", "large", 1, 0.0, 0.0, 0.0),
        ("b", "yard", "wheel", "part", "train", "small", 2, 3.0, 4.5, 1.0),
    ]
    columns = [
        "export",
        "domain",
        "concept",
        "concept_kind",
        "split",
        "size",
        "count",
        "weight",
        "weight_squared",
        "repeats",
    ]
    return DataFrame(rows, columns=columns)


def test_a_cross_table_has_all_columns_in_order(objects: DataFrame) -> None:
    table = cross_table(objects, "concept", "split", ["train", "val", "test"])
    assert table.columns.to_list() == ["train", "val", "test"]
    assert table.loc["car"].to_list() == [2, 0, 1]
    assert table.loc["wheel"].to_list() == [2, 0, 0]


def test_objects_are_counted_by_split(objects: DataFrame) -> None:
    assert count_by_split(objects) == {"train": 4, "val": 0, "test": 1}


def test_concepts_come_with_their_splits_sizes_and_uses(objects: DataFrame) -> None:
    table = tabulate_concepts(objects)
    assert table.index.to_list() == ["car", "wheel"]
    car = table.loc["car"]
    assert (car["count"], car["kind"], car["exports"]) == (3, "thing", ["a", "b"])
    assert (car["train"], car["test"], car["small"], car["large"]) == (2, 1, 2, 1)
    assert table["uses"].to_list() == [0.5, 1.5]


def test_a_concept_without_train_objects_has_no_uses(objects: DataFrame) -> None:
    table = tabulate_concepts(objects[objects["split"] == "test"])
    assert pd.isna(table.loc["car", "uses"])


def test_shares_before_and_after_balance(objects: DataFrame) -> None:
    table = tabulate_shares(objects[objects["split"] == "train"], "domain")
    assert table["before"].to_list() == [0.5, 0.5]
    assert table["after"].to_list() == [0.25, 0.75]
    assert table["uses"].to_list() == [0.5, 1.5]


def test_many_concepts_end_in_a_row_of_the_others(objects: DataFrame) -> None:
    train = pd.concat(
        [objects.assign(concept=f"c{number:02d}") for number in range(23)]
    )
    table = tabulate_shares(train, "concept")
    assert len(table) == 21
    assert table.index[-1] == "3 others"
    assert table["count"].sum() == 23 * 5
    assert table["after"].sum() == pytest.approx(1.0)


def test_the_mix_says_what_the_weights_cost(objects: DataFrame) -> None:
    mix = sum_up(objects[objects["split"] == "train"])
    assert mix.objects == 4
    assert mix.effective == pytest.approx(16 / 5)
    assert mix.repeats == 1.0


def test_customers_that_share_pictures_are_counted_in_pairs() -> None:
    rows = [
        ("g", "i", "acme"),
        ("g", "i", "bolt"),
        ("g", "j", "bolt"),
        ("h", "k", "acme"),
        ("h", "m", "crow"),
    ]
    images = DataFrame(rows, columns=["group_id", "image_id", "customer"])
    shared = count_shared(images)
    found = list(shared.itertuples(index=False, name=None))
    assert found == [("acme", "bolt", 1, 1), ("acme", "crow", 0, 1)]
    assert count_shared(images.iloc[:0]).empty


def test_drops_are_listed_by_stage_export_and_reason() -> None:
    export = ExportLedger(
        came_in=5, out=2, dropped=3, by_reason={"crowd": 3, "missing_mask": 0}
    )
    ledger = LedgerReport(
        came_in=5, out=2, dropped=3, by_reason={}, by_export={"a": export}, uncounted=1
    )
    table = tabulate_drops({"ingest": ledger})
    rows = list(table.itertuples(index=False, name=None))
    assert rows == [("ingest", "a", "crowd", 3), ("ingest", "a", "missing_mask", 0)]
    assert tabulate_drops({}).empty


def test_links_are_counted_by_kind() -> None:
    groups = [
        LinkedGroup("g", "d", "train", {"near duplicate": 2, "same bytes": 1}),
        LinkedGroup("h", "d", "train", {"near duplicate": 3}),
    ]
    table = count_links(groups)
    assert table.index.to_list() == ["same bytes", "near duplicate"]
    assert table.loc["near duplicate"].to_list() == [5, 2]


def test_the_first_of_each_are_taken_in_order() -> None:
    table = pa.table(
        {"by": ["x", "y", "x", "x"], "order": [3, 1, 2, 1], "row": [0, 1, 2, 3]}
    )
    assert take_first_of_each(table, "by", ["order"], 2)["row"].to_pylist() == [3, 2, 1]
    assert len(take_first_of_each(table.slice(0, 0), "by", ["order"], 2)) == 0
