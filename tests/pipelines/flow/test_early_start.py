"""When the process that workers are forked from starts before anything else does."""

from pathlib import Path

import pytest

from curate.curation_settings import LicenceSettings
from curate.export_settings import ExportSettings
from curate.settings import DaskSettings, Settings
from pipelines.flow.early_start import start_early

ELSEWHERE = "tcp://127.0.0.1:8786"


@pytest.mark.parametrize(
    ("dask", "path", "build", "starts"),
    [
        (DaskSettings(workers=2), "s3://bucket/acme", "new", True),
        (DaskSettings(workers=1), "s3://bucket/acme", "new", False),
        (DaskSettings(scheduler=ELSEWHERE), "s3://bucket/acme", "new", False),
        (DaskSettings(workers=2), "small", "new", False),
        (DaskSettings(workers=2), "s3://bucket/acme", "", False),
    ],
    ids=["many pictures", "one worker", "a cluster", "a small run", "an old build"],
)
def test_it_starts_early_where_a_run_is_likely_to_need_it(
    dask: DaskSettings,
    path: str,
    build: str,
    starts: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export = ExportSettings(
        name="acme", path=path, format="coco", customer="a", domain="d", licence="l"
    )
    settings = Settings(
        build=str(tmp_path / build),
        exports=[export],
        licences=LicenceSettings(allow=["l"]),
        dask=dask,
    )
    started: list[bool] = []
    monkeypatch.setattr(
        "pipelines.flow.early_start.prepare_forks", lambda: started.append(True)
    )
    start_early(settings)
    assert bool(started) == starts
