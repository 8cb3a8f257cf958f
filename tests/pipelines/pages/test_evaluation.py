"""The evaluation's page: the report's numbers, nothing from elsewhere, strangers' words as words, errors on the px."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from upath import UPath

from curate.errors import InputError
from curate.pixels.images import encode_mask, encode_webp
from curate.settings import Settings
from curate.storage import write_json, write_table
from model.evaluation.metrics import METRICS
from model.evaluation.strata import Resampling, strata, stratum_report
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.pages.evaluation.pictures import case_pictures
from tests.pipelines.small_project import Project, Verb

HOSTILE = "</td><script>alert(1)</script>\u202e{{7*7}}"
METHODS = ("model", "prior", "grabcut", "ellipse", "rectangle")


def write_evaluation(build: UPath, objects: int = 40) -> dict[str, Any]:
    """A report of scores drawn at random, with strangers' names in it, and two cases."""
    chance = np.random.default_rng(0)
    table = pa.table(
        {"object_id": [f"{number:032x}" for number in range(objects)]}
        | {"object_source": ["instance", "component"] * (objects // 2), "flags": [[]] * objects}
        | {
            name: ["plain", HOSTILE] * (objects // 2)
            for name in ("export", "domain", "customer", "concept")
        }
        | {f"box_{axis}0": np.zeros(objects, np.int32) for axis in "xy"}
        | {f"box_{axis}1": np.arange(10, 10 + 4 * objects, 4, np.int32) for axis in "xy"}
    )
    scores = {method: chance.uniform(0.2, 1, (objects, len(METRICS))) for method in METHODS}
    resampling = Resampling(images=np.arange(objects) // 2, resamples=100, seed=0)
    rows = [
        msgspec.to_builtins(stratum_report(each, scores, resampling))
        for each in strata(table, frozenset())
    ]
    model = {
        "digest": "d" * 64,
        "variant": "small",
        "parameters": 1000,
        "steps": 5,
        "start": "random",
        "licences": [],
    }
    report = {
        "schema_version": 1,
        "model": model
        | {
            "settings": {"start": HOSTILE, "steps": None},
            "validation": {HOSTILE: 0.5},
            "versions": {},
        },
        "data": {
            "manifest_digest": "a",
            "objects": objects,
            "images": objects // 2,
            "grabcut_fallbacks": 3,
        },
        "settings_digest": "b",
        "results": [row for each in rows for row in each["results"]],
        "paired": [row for each in rows for row in each["paired"]],
    }
    write_json(build / "evaluate/report.json", report)
    columns = {
        "method": np.repeat(METHODS, objects),
        "iou": np.concatenate([scores[each][:, 0] for each in METHODS]),
    }
    write_table(build / "evaluate/scores.parquet", pa.table(columns))
    write_table(
        build / "evaluate/cases.parquet", pa.Table.from_pylist([case("worst"), case("best")])
    )
    return report


def case(kind: str) -> dict[str, Any]:
    """A square of which the model misses the left half and adds as much on the right."""
    true, predicted = np.zeros((60, 80), np.bool_), np.zeros((60, 80), np.bool_)
    true[20:40, 20:40] = predicted[20:40, 30:50] = True
    box = {"drawn_x0": 18, "drawn_y0": 18, "drawn_x1": 42, "drawn_y1": 42}
    pictures = {"image": encode_webp(np.full((60, 80, 3), 90, np.uint8)), "true": encode_mask(true)}
    told = {
        "kind": kind,
        "object_id": f"id-{kind}",
        "concept": HOSTILE,
        "domain": "d",
        "iou": 1 / 3,
    }
    return told | box | pictures | {"predicted": encode_mask(predicted)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    export = {
        "name": "e",
        "path": "e",
        "format": "coco",
        "customer": "c",
        "domain": "d",
        "licence": "CC0-1.0",
    }
    return Settings.model_validate(
        {"build": str(tmp_path / "build"), "exports": [export], "licences": {"allow": ["CC0-1.0"]}}
    )


class _Read(HTMLParser):
    """What a browser would make of a page: its text, its addresses, its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self._tag = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in ("src", "href", "srcset", "action", "data")
        ]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        (self.scripts if self._tag == "script" else self.text).append(data)

    def handle_endtag(self, tag: str) -> None:
        self._tag = "" if tag == "script" else self._tag


def test_numbers_are_the_reports_and_nothing_is_fetched(settings: Settings) -> None:
    report = write_evaluation(UPath(settings.build))
    path = write_evaluation_page(settings)
    assert path == UPath(settings.build) / "report/report.html"
    page = path.read_text("utf-8")
    read = _Read(page)
    text = " ".join(read.text)
    for row in report["results"]:
        if row["stratum"]["kind"] == "overall" or (
            row["stratum"]["kind"] == "domain" and row["method"] == "model"
        ):
            for each in row["metrics"].values():
                assert f"{each['mean']:.3f}" in text
                assert f"{each['low']:.3f} – {each['high']:.3f}" in text
    differences = [
        row
        for row in report["paired"]
        if row["stratum"]["kind"] == "overall" and row["metric"] == "iou"
    ]
    assert all(f"{row['mean']:+.3f}" in text for row in differences)
    assert all(address.startswith(("data:image/", "#")) for address in read.addresses)
    assert not re.search(r"url\(|@import|https?://", page)
    assert "id-worst" in text
    assert "No record of training" in text
    assert "not shown to be better" in text


def test_strangers_words_stay_words(settings: Settings) -> None:
    write_evaluation(UPath(settings.build))
    page = write_evaluation_page(settings).read_text("utf-8")
    (script,) = _Read(page).scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "alert(1)" not in script
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "{{7*7}}" in page


def test_training_is_drawn_where_it_is_recorded(settings: Settings) -> None:
    write_evaluation(UPath(settings.build))
    pace = {
        "seconds": 60.0,
        "crops": 50,
        "crops_per_second": 1.0,
        "padding_share": 0.1,
        "best": 0.5,
        "step": 5,
    }
    record = pace | {
        "losses": [1.0, 0.5, 0.4, 0.3, 0.3],
        "validations": [[2, {HOSTILE: 0.4}], [5, {HOSTILE: 0.5}]],
    }
    for shown in (
        record,
        record | {"validations": [[5, {}]]},
        record | {"losses": [1.0], "validations": []},
    ):
        write_json(UPath(settings.build) / "train/train.json", shown)
        page = write_evaluation_page(settings).read_text("utf-8")
        assert "Loss over the steps" in page
        assert ("Validation IoU over" in page) == (shown is record)


def test_errors_are_drawn_where_they_are() -> None:
    drawn = base64.b64decode(case_pictures(case("worst")).error.partition(",")[2])
    picture = np.array(Image.open(BytesIO(drawn)).convert("RGB"))
    assert picture.shape == (255, 340, 3)
    missed, right, extra, outside = (
        picture[127, round(x * 4.25)].astype(int) for x in (25, 35, 45, 65)
    )
    assert missed[2] > missed[0] + 80
    assert extra[0] > extra[2] + 80
    assert np.ptp(right) < 30
    assert np.ptp(outside) < 30


def test_report_writes_it_beside_the_curations(built: Project, verb: Verb, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shutil.copytree(built.build, build)
    write_evaluation(UPath(build))
    settings = tmp_path / "settings.yaml"
    settings.write_bytes(msgspec.json.encode(built.plain | {"build": str(build)}))
    outcome = verb("report", settings, "--json")
    assert outcome.code == 0
    pages = [str(build / "report" / name) for name in ("curation.html", "report.html")]
    assert msgspec.json.decode(outcome.out)["pages"] == pages
    assert all(Path(page).stat().st_size > 10_000 for page in pages)


def test_without_a_report_it_says_so(settings: Settings) -> None:
    with pytest.raises(InputError, match=r"no report\.json"):
        write_evaluation_page(settings)
