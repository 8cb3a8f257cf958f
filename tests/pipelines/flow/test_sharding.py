"""Shards of one run have one set of codecs, on any worker."""

from typing import Any

import pytest
from upath import UPath

from curate.curation_settings import CropSettings, LicenceSettings
from curate.export_settings import ExportSettings
from curate.settings import Settings
from curate.shards.manifest import NO_BLOCKS, codec_versions
from pipelines.flow import sharding
from pipelines.flow.runner import Run
from pipelines.flow.stages import FLOW


def test_codecs_are_in_the_key(
    tmp_path: UPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, "auto", [])
    before = sharding.reads(run)
    other = codec_versions() | {"jpeg": NO_BLOCKS}
    monkeypatch.setattr(sharding, "codec_versions", lambda: other)
    assert sharding.reads(run) != before


@pytest.mark.parametrize(("image", "notes"), [("auto", 1), ("webp", 0)])
def test_a_run_without_the_library_says_so_once(
    image: Any, notes: int, tmp_path: UPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = codec_versions() | {"jpeg": NO_BLOCKS}
    monkeypatch.setattr(sharding, "codec_versions", lambda: other)
    monkeypatch.setattr(sharding.builds, "partition_names", lambda *_: [])
    monkeypatch.setattr(sharding.labels, "digests", lambda _: {"taxonomy": ""})
    said: list[str] = []
    sharding.work(make_run(tmp_path, image, said), FLOW["shard"], UPath(tmp_path))
    assert len([text for text in said if "pip install turbojpeg" in text]) == notes


def make_run(folder: UPath, image: Any, said: list[str]) -> Run:
    """A run that shows what it notes in `said`."""
    export = ExportSettings(
        name="acme", path="x", format="coco", customer="a", domain="d", licence="l"
    )
    settings = Settings(
        build=str(folder),
        taxonomy="concepts.yaml",
        exports=[export],
        licences=LicenceSettings(allow=["l"]),
        crop=CropSettings(image=image),
    )

    class Silent:
        def note(self, text: str) -> None:
            said.append(text)

    class NoWork:
        def map(self, *_: object) -> list[object]:
            return []

    return Run(settings, NoWork(), Silent())
