"""The page of the annotations' quality: what strangers wrote is shown, and ids can be copied."""

import html
import re
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from upath import UPath

from curate.curation_settings import BalanceSettings
from curate.errors import InputError
from curate.pixels.images import encode_mask, encode_webp
from curate.settings import Settings
from curate.storage import write_json, write_table
from curate.yaml_files import parse_yaml
from model.annotations.report import (
    WORST,
    Deliveries,
    DeliveryQuality,
    DoubtfulAnnotation,
    FoundSpoilings,
    GroupQuality,
    QualityReport,
)
from model.annotations.spoiling import Spoiling
from model.evaluation.intervals import Interval
from pipelines.pages.quality.quality import write_quality_page

HOSTILE = "</pre><script>alert(1)</script>\n- injected"


def doubtful(number: int, customer: str) -> DoubtfulAnnotation:
    mask = np.zeros((30, 40), bool)
    mask[5:20, 5:20] = True
    return DoubtfulAnnotation(
        object_id=f"{number:032x}",
        export=HOSTILE,
        customer=customer,
        concept="thing",
        label=HOSTILE,
        image_path=HOSTILE,
        annotation_quality=0.02 * number,
        suspicion="shifted",
        iou=0.6,
        image=encode_webp(np.full((30, 40, 3), 90, np.uint8)),
        mask=encode_mask(mask),
        predicted=encode_mask(~mask),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "build": str(tmp_path),
            "exports": [
                {
                    "name": "e",
                    "path": "e",
                    "format": "coco",
                    "customer": "acme",
                    "domain": "d",
                    "licence": "CC0-1.0",
                }
            ],
            "licences": {"allow": ["CC0-1.0"]},
        }
    )


def write_quality(build: UPath, worst: list[DoubtfulAnnotation]) -> None:
    report = QualityReport(
        key="k",
        objects=200,
        unjudged=1,
        doubtful=len(worst),
        found=[
            FoundSpoilings(
                spoiling=Spoiling.HALF, copies=40, rank_area=0.953, doubtful=0.5
            )
        ],
        groups=[
            GroupQuality(
                customer="acme", export=HOSTILE, objects=200, doubtful=3, mean=0.97
            )
        ],
    )
    write_json(build / "quality/quality.json", report)
    rows = [msgspec.structs.asdict(each) for each in worst]
    table = pa.Table.from_pylist(rows, schema=WORST)
    write_table(build / "quality/worst.parquet", table)


def test_the_worst_are_shown_and_the_lines_reject_them(settings: Settings) -> None:
    worst = [doubtful(1, "acme"), doubtful(2, "acme"), doubtful(3, "umber")]
    write_quality(UPath(settings.build), worst)
    path = write_quality_page(settings)
    page = path.read_text("utf-8")
    assert page.count('src="data:image/webp') == 3
    assert "<script" not in page
    assert "0.953" in page
    assert "outline lies beside the object" in page.lower()
    index = (path.parent / "index.html").read_text("utf-8")
    assert 'href="quality.html"' in index
    assert 'href="index.html"' in page

    lists = page.split('<pre class="lines" tabindex="0">')[1:]
    assert len(lists) == 2
    lines = lists[0].split("</pre>")[0]
    copied = html.unescape(re.sub("<[^>]*>", "", lines))
    found = parse_yaml(copied, "acme.yaml").data
    assert found == {"rejected_objects": [f"{1:032x}", f"{2:032x}"]}


def test_without_doubts_it_says_so(settings: Settings) -> None:
    write_quality(UPath(settings.build), [])
    page = write_quality_page(settings).read_text("utf-8")
    assert "None is doubtful." in page
    assert "There is nothing to reject." in page


def test_without_judged_annotations_it_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(InputError, match="pipelines quality"):
        write_quality_page(settings)


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ({}, "It still trains"),
        ({"quality_trust": 0.8}, "The next run holds it back"),
        ({"quality_trust": 0.8}, "<code>balance: {accept: [yard@01ab]}</code>"),
        ({"quality_trust": 0.8, "accept": ["yard@01ab"]}, "It is accepted"),
    ],
)
def test_what_is_held_back_is_said_first(
    settings: Settings, balance: dict[str, object], said: str
) -> None:
    write_quality(UPath(settings.build), [])
    sound = delivery(HOSTILE, None)
    wrong = delivery("yard", Interval(0.9, 0.6, 1.0))
    folder = UPath(settings.build) / "quality"
    write_json(folder / "deliveries.json", Deliveries(deliveries=[sound, wrong]))
    section = BalanceSettings.model_validate(balance)
    page = write_quality_page(settings.model_copy(update={"balance": section}))

    text = page.read_text("utf-8")
    assert "71% of its masks are doubtful, where 3% are usual" in text
    assert "they lie 4 px to the right" in text
    assert said in text
    assert "too few to judge" in text
    assert "<script" not in text
    assert text.index("Deliveries as a whole") < text.index("The most doubtful")


def delivery(export: str, wrong: Interval | None) -> DeliveryQuality:
    return DeliveryQuality(
        customer="acme",
        export=export,
        objects=240,
        judged=100,
        doubtful=0.71,
        usual=0.03,
        wrong=wrong,
        is_held=wrong is not None,
        delivery=f"{export}@01ab",
        right=4.0,
        below=0.0,
    )
