"""What the matching reaches on the open label tables, where they lie beside the checkout."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.shared.label_tables import read_table
from benchmarks.shared.lending import lend
from benchmarks.taxonomy import Counts, count, pool
from curate.labels.concept_file import load_concepts
from curate.labels.matching import match_vocabulary, matcher
from curate.labels.taxonomy import ENGLISH
from curate.settings import OWN_TAXONOMY

BESIDE = Path(__file__).parents[3]  # where the checkout lies
TABLES = BESIDE / "shared" / "taxonomy-bench"
WIDE = {
    "mseg_open.tsv": [
        "cityscapes",
        "coco-panoptic",
        "bdd",
        "idd",
        "camvid",
        "pascal-context",
    ],
    "rvc_semseg_open.tsv": ["coco-panoptic", "viper", "cityscapes"],
}

pytestmark = pytest.mark.skipif(not TABLES.is_dir(), reason="the tables are not here")


def counted(tables: Mapping[str, list[str]]) -> Counts:
    """What became of the labels of some columns of some tables."""
    ours = load_concepts(OWN_TAXONOMY)
    found = {}
    for name, columns in tables.items():
        table = read_table(TABLES / name, columns)
        ready = matcher(lend(table.concepts, ours), (ENGLISH,), ours)
        for vocabulary in table.vocabularies:
            matches = match_vocabulary(vocabulary.right, ready)
            found[f"{name} {vocabulary.name}"] = count(vocabulary, matches)
    return pool(found)


def test_two_tables_of_class_names() -> None:
    reached = counted(WIDE)
    assert reached.wrong <= 0.005 * reached.accepted
    assert reached.accepted >= 0.86 * reached.labels
    assert reached.among_three >= 0.96 * reached.with_concept


def test_a_table_of_what_annotators_typed() -> None:
    reached = counted({"matterport_raw.tsv": ["matterport_raw"]})
    assert reached.wrong <= 0.02 * reached.accepted
    assert reached.accepted >= 0.80 * reached.labels
