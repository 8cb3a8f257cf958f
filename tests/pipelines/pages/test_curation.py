"""The curation's page: it says what the ledgers say, and nothing that strangers wrote does anything in it."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from curate.schema import STAGES
from pipelines.pages.curation.flow_chart import flow_chart
from pipelines.pages.page import number, percent, shown, words
from tests.pipelines.small_project import Project, Verb

SCRIPT = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """The text of a page, its tags, and the addresses that it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.pieces: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in ("src", "href", "data", "action")
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.pieces).replace("\u202f", ","))


def test_the_page_says_what_the_ledgers_say_and_runs_nothing(project: Project, verb: Verb) -> None:
    project.add("street", 6, ["car", "Pedestrian", "sky", SCRIPT, "\u202edrow\x07", "x" * 900])
    project.add("yard", 4, ["wheel"], role="test")
    place = project.add("torn", 4, ["car"])
    (place / "images" / "0.png").write_bytes(b"no picture")
    (place / "images" / "2.png").write_bytes(
        (place / "images" / "1.png").read_bytes()
    )  # two images of the same bytes
    outcome = verb("all", project.settings, "--until", "shard", "--json")
    assert outcome.code == 0, outcome.err
    path = project.build / "report" / "curation.html"
    assert msgspec.json.decode(outcome.out)["pages"] == [str(path)]
    page = path.read_text("utf-8")
    reader = Reader(page)

    assert "script" not in reader.tags
    assert all(address.startswith(("#", "data:image/webp;base64,")) for address in reader.addresses)
    assert "http:" not in page
    assert "https:" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "x" * 500 not in page

    for stage in STAGES:
        ledger = msgspec.json.decode((project.build / stage / "ledger.json").read_bytes())
        row = f"{stage} {number(ledger['in'])} {number(ledger['out'])} {number(ledger['dropped'])} "
        assert row.replace("\u202f", ",") in reader.text
        for reason, count in ledger["by_reason"].items():
            assert f"{count} {reason}" in reader.text
    for told in (
        "same bytes",
        "3 labels wait for a decision",
        "The file cannot be decoded as a picture",
    ):
        assert told in reader.text
    assert sum(address.startswith("data:") for address in reader.addresses) > 12

    before = path.read_bytes()
    assert verb("report", project.settings).code == 0
    assert path.read_bytes() == before


def test_numbers_and_words_for_readers() -> None:
    assert [number(1234567), number(0.256, 2), number(None)] == ["1\u202f234\u202f567", "0.26", "–"]
    assert [percent(each) for each in (0, 0.0001, 0.034, 0.5, None)] == [
        "0%",
        "<0.1%",
        "3.4%",
        "50%",
        "–",
    ]
    assert words("a\nb\x00\u202e") == "a\\nb\\x00\\u202e"
    assert len(words("x" * 10_000)) == 72
    assert shown("<b>") == '<bdi class="word">&lt;b&gt;</bdi>'


@pytest.mark.parametrize("count", [0, 1, 10**9])
def test_the_flow_chart_holds_any_numbers(count: int) -> None:
    by_export = {f"<export-{each}>": {"in": count} for each in range(30)}
    reasons = {f"reason_{each}": count for each in range(29)}
    ledger = {
        "in": 30 * count,
        "out": count,
        "dropped": 29 * count,
        "by_reason": reasons,
        "uncounted": 2,
    }
    chart = flow_chart(
        {"ingest": ledger | {"by_export": by_export}}, {"train": count, "val": 0, "test": 0}
    )
    assert "<export" not in chart
    assert "19 more exports" in chart
    assert "22 more reasons" in chart
    assert "nan" not in chart
