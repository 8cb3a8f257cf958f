"""The demo: enough of everything, and each fault ends in the ledger with its reason."""

from pathlib import Path

import pytest

from curate.export_settings import ExportSettings
from curate.formats import options_by_name
from curate.settings_file import load_settings
from examples.demo.exports import write_exports
from tests.curate.formats.reading import ReadBack, read_back

ROOT = Path(__file__).parents[3]
EXPORTS = {
    each.name: each
    for each in load_settings(ROOT / "examples/demo.yaml", options_by_name()).exports
}
EXPECTED: dict[str, dict[str, int]] = {
    "lumen-street": {
        "bad_polygon": 1,
        "no_mask": 1,
        "unknown_class": 1,
        "duplicate_annotation": 1,
        "crowd": 1,
        "unknown_image": 1,
        "outside_image": 1,
        "missing_image": 2,
        "truncated_image": 1,
    },
    "shelfsense-home": {"bad_run_lengths": 2, "mask_size_mismatch": 1, "deleted": 1},
    "shelfsense-shop": {
        "bad_polygon": 2,
        "unknown_class": 1,
        "no_mask": 1,
        "malformed_file": 1,
    },
    "verde-garden": {"no_mask": 1, "bad_polygon": 1, "malformed_file": 1},
    "orbit-drive": {"mask_size_mismatch": 1, "missing_mask": 1, "unknown_class": 1},
    "werkbank-bench": {"unknown_class": 1, "undecodable_mask": 1},
}
"""Drop rows that ingest must at least report, by export and reason."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "exports"
    write_exports(folder, processes=1, share=0.05)
    return folder


def back(demo: Path, export: ExportSettings) -> ReadBack:
    stated = {"name": export.name, "scene": export.scene, "objects": export.objects}
    return read_back(demo / export.name, export.format, export.options, **stated)


def test_the_settings_name_five_customers_formats_and_domains() -> None:
    for key in ("customer", "format", "domain"):
        assert len({getattr(each, key) for each in EXPORTS.values()}) >= 5
    assert {each.role for each in EXPORTS.values()} == {"auto", "test"}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_is_read_and_its_faults_are_in_the_ledger(
    demo: Path, name: str
) -> None:
    found = back(demo, EXPORTS[name])
    assert found.segments.num_rows > 10
    rows = found.drops.to_pylist()
    reasons = {row["reason"] for row in rows}
    assert reasons == set(EXPECTED.get(name, {}))
    for reason, least in EXPECTED.get(name, {}).items():
        assert (
            sum(row["count"] or 1 for row in rows if row["reason"] == reason) >= least
        ), reason
