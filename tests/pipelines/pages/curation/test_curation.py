"""The curation's page: it says what the ledgers say, and strangers' words do nothing in it."""

import shutil

import msgspec

from curate.ledger import LedgerReport
from curate.schema import STAGES
from pipelines.pages.template_filters import number
from tests.pipelines.pages.page_reader import PageReader
from tests.pipelines.small_project import Project, Verb

SCRIPT = "<script>alert(1)</script>"
LONG = "x" * 900


def test_the_page_says_what_the_ledgers_say_and_runs_nothing(
    project: Project, verb: Verb
) -> None:
    project.add(
        "street", 6, ["car", "Pedestrian", "sky", SCRIPT, "\u202edrow\x07", LONG]
    )
    project.add("yard", 4, ["wheel"], role="test")
    images = project.add("torn", 4, ["car"]) / "images"
    (images / "0.png").write_bytes(b"no picture")
    shutil.copy(images / "1.png", images / "2.png")  # two images of the same bytes
    outcome = verb("all", project.settings, "--until", "shard", "--json")
    assert outcome.code == 0, outcome.err
    path = project.build / "report" / "curation.html"
    assert msgspec.json.decode(outcome.out)["pages"] == [str(path)]
    page = path.read_text("utf-8")
    reader = PageReader(page)

    assert "script" not in reader.tags
    assert all(
        address.startswith(("#", "data:image/webp;base64,", "index.html"))
        for address in reader.addresses
    )
    assert "http:" not in page
    assert "https:" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "x" * 500 not in page

    for stage in STAGES:
        path_of_ledger = project.build / stage / "ledger.json"
        ledger = msgspec.json.decode(path_of_ledger.read_bytes(), type=LedgerReport)
        numbers = [
            number(each) for each in (ledger.came_in, ledger.out, ledger.dropped)
        ]
        row = f"{stage} {' '.join(numbers)} "
        assert row.replace("\u202f", ",") in reader.text
        for reason, count in ledger.by_reason.items():
            assert f"{count} {reason}" in reader.text

    assert "same bytes" in reader.text
    assert "3 labels wait for a decision" in reader.text
    assert "The file cannot be decoded as a picture" in reader.text
    pictures = [address for address in reader.addresses if address.startswith("data:")]
    assert len(pictures) > 12

    before = path.read_bytes()
    assert verb("report", project.settings).code == 0
    assert path.read_bytes() == before


def test_files_that_are_gone_are_named(project: Project, verb: Verb) -> None:
    project.add("street", 6, ["car"])
    assert verb("shard", project.settings).code == 0
    shutil.rmtree(project.build / "balance" / "drops")
    outcome = verb("report", project.settings)
    assert outcome.code == 2
    assert "balance: drops/part-00000.parquet is gone" in outcome.err


def test_labels_are_shown_as_the_build_decided_them(
    project: Project, verb: Verb
) -> None:
    project.add("street", 4, ["car", "zorp"])
    assert verb("all", project.settings, "--until", "shard").code == 0
    path = project.build / "report" / "curation.html"
    assert "taxonomy has changed" not in path.read_text("utf-8")

    concepts = project.folder / "taxonomy" / "concepts.yaml"
    zorp = "  zorp: {definition: What nobody knew before., kind: thing}\n"
    concepts.write_text(concepts.read_text() + zorp)
    assert verb("report", project.settings).code == 0
    text = PageReader(path.read_text("utf-8")).text
    assert "The taxonomy has changed since this build" in text
    assert "1 label waits for a decision" in text
