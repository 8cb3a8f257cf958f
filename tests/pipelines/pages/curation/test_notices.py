"""The notices on top of the curation page: what may surprise its reader."""

from collections.abc import Mapping

import pandas as pd
import pytest
from pandas import DataFrame
from upath import UPath

from curate.ledger import ExportLedger, LedgerReport
from curate.schema import STAGES
from curate.settings import Settings
from pipelines.pages.curation.curated_build import CuratedBuild, tabulate_drops
from pipelines.pages.curation.labels import Labels
from pipelines.pages.curation.notices import find_notices


def make_ledger(
    came_in: int, reasons: Mapping[str, int], uncounted: int = 0
) -> LedgerReport:
    """A ledger of the export `e`."""
    dropped = sum(reasons.values())
    export = ExportLedger(
        came_in=came_in,
        out=came_in - dropped,
        dropped=dropped,
        by_reason=dict(reasons),
    )
    return LedgerReport(
        came_in=came_in,
        out=came_in - dropped,
        dropped=dropped,
        by_reason=dict(reasons),
        by_export={"e": export},
        uncounted=uncounted,
    )


def make_build(ledger: LedgerReport, waiting: int = 0) -> CuratedBuild:
    """A build in which ingest has this ledger, and that many labels wait for a decision."""
    out = make_ledger(ledger.out, {})
    ledgers = dict.fromkeys(STAGES, out) | {"ingest": ledger}
    export = {
        "name": "e",
        "path": "e",
        "format": "coco",
        "customer": "c",
        "domain": "d",
        "licence": "CC0-1.0",
    }
    labels = DataFrame(
        {
            "label": [f"word {number}" for number in range(waiting)],
            "count": [2] * waiting,
            "decision": [""] * waiting,
            "how": [""] * waiting,
        }
    )
    return CuratedBuild(
        settings=Settings.model_validate(
            {"build": "b", "exports": [export], "licences": {"allow": ["CC0-1.0"]}}
        ),
        folder=UPath("b"),
        ledgers=ledgers,
        drops=tabulate_drops(ledgers),
        labels=Labels(labels, UPath("b/review.yaml"), taxonomy_changed=False),
        objects=DataFrame({"split": ["train", "val", "test"], "count": [1, 1, 1]}),
        images=DataFrame(),
        ingested_images=pd.Series({"e": 3}),
        flags=DataFrame(columns=["flag", "export", "count"]),
    )


def test_a_build_without_surprises_has_no_notice() -> None:
    assert find_notices(make_build(make_ledger(10, {"crowd": 9}))) == []


@pytest.mark.parametrize(
    ("ledger", "headline"),
    [
        (make_ledger(0, {}), "e is empty"),
        (make_ledger(10, {"missing_image": 10}), "e leaves nothing"),
        (make_ledger(10, {"missing_image": 6}), "e loses 60%"),
        (
            make_ledger(10, {"missing_mask": 0}, uncounted=1),
            "1 loss of unknown size in ingest",
        ),
        (make_ledger(10, {"fault": 1}), "A fault of this program in ingest"),
    ],
    ids=["empty", "nothing left", "much lost", "unknown", "fault"],
)
def test_a_surprise_has_its_notice(ledger: LedgerReport, headline: str) -> None:
    (notice,) = find_notices(make_build(ledger))
    assert notice.headline == headline
    assert notice.section in ("drops", "exports")


def test_labels_that_wait_are_named_up_to_a_few() -> None:
    (notice,) = find_notices(make_build(make_ledger(10, {}), waiting=6))
    assert notice.headline == "6 labels wait for a decision"
    assert "“word 3” and 2 more: 12 objects dropped" in notice.sentence
