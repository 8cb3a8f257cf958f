"""The benchmark of matching: how labels of a table are counted, and what concepts are lent."""

import json
from pathlib import Path

import pytest

from benchmarks import taxonomy
from benchmarks.shared.label_tables import read_table
from benchmarks.shared.lending import lend
from curate.labels.matching import match_labels
from curate.labels.taxonomy import Concept, Sense, Taxonomy

TABLE = """\
universal\tone\ttwo
car\tCar | auto\tcars
chair_other\tchair\t
teddy_bear\tteddy\t
boat_ship\tboat\tvessel
unlabeled\ttruck | nothing\tcar
"""

OURS = Taxonomy(
    {
        "vehicle": Concept("vehicle", "…", "thing"),
        "car": Concept("car", "…", "thing", "vehicle", aliases={"en": ("auto",)}),
        "boat": Concept("boat", "…", "thing", "vehicle", aliases={"de": ("Kahn",)}),
        "ship": Concept("ship", "…", "thing", "vehicle", aliases={"en": ("vessel",)}),
        "truck": Concept("truck", "…", "thing", "vehicle"),
        "chair": Concept("chair", "…", "thing", aliases={"en": ("seat",)}),
        "bear": Concept("bear", "…", "thing"),
    },
    "",
    senses={"en": {"jack": (Sense("truck", beside=("vehicle",)), Sense(meaning="x"))}},
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.tsv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_is_read(table: Path) -> None:
    read = read_table(table, ["two", "one"])
    assert read.concepts == ["car", "chair_other", "teddy_bear", "boat_ship"]
    assert read.vocabularies[1].right["auto"] == {"car"}
    assert read.vocabularies[1].right["truck"] == frozenset()
    with pytest.raises(ValueError, match="no column 'three'; it has one, two"):
        read_table(table, ["three"])


def test_concepts_are_lent_what_ours_says() -> None:
    lent = lend(["car", "chair_other", "teddy_bear", "boat_ship"], OURS)
    names = {name: each.names for name, each in lent.concepts.items()}
    assert names["car"] == ("car", "car", "auto")
    assert "seat" in names["chair_other"]  # it is the rest of our chair
    assert "vessel" in names["boat_ship"]  # either
    assert "Kahn" not in names["boat_ship"]
    assert names["teddy_bear"] == ("teddy_bear",)  # a bear is something else
    assert match_labels(["bear"], lent)["bear"].concept == ""


def test_counts_and_shares(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(taxonomy, "load_concepts", lambda _: OURS)
    arguments = ["taxonomy", str(table), "--columns", "one,two", "--json"]
    monkeypatch.setattr("sys.argv", arguments)
    taxonomy.main()
    report = json.loads(capsys.readouterr().out)
    one, two, pooled = report["vocabularies"]
    assert (one["vocabulary"], one["labels"], one["wrong"]) == ("one", 7, 0)
    assert one["accepted"] == 4 / 7  # all but teddy, truck and nothing
    assert one["precision"] == 1.0
    assert one["top3"] == 1.0
    # "car" has no concept in the second vocabulary.
    assert (two["accepted"], two["precision"], two["wrong"]) == (1.0, 2 / 3, 1)
    assert pooled["vocabulary"] == "pooled"
    assert (pooled["labels"], pooled["accepted"]) == (10, 0.7)
    assert report["wrong"][0]["label"] == "car"

    monkeypatch.setattr("sys.argv", arguments[:-1])
    taxonomy.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["pooled", "10", "0.700", "0.857", "1", "1.000", "1.000"]
