"""The files of examples/deploy run; clusters of this machine stand in for what they would rent."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dask_jobqueue import SLURMCluster
from distributed import LocalCluster
from distributed.security import Security

from curate.formats import options_by_name
from curate.settings_file import load_settings
from pipelines.deploy import KINDS, ClusterFile, read_cluster_file, run_on
from tests.pipelines.small_project import Project

FOLDER = Path(__file__).parents[2] / "examples" / "deploy"


def described(kind: str) -> ClusterFile:
    found = read_cluster_file(FOLDER / f"{kind}.yaml")
    assert found.kind == kind
    return found.model_copy(update={"workers": 2})


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_on_a_cluster_of_each_kind(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    security = Security()
    if kind == "coiled":  # its clusters encrypt
        security = Security.temporary()

    def start(**options: Any) -> LocalCluster:
        given.update(options)
        return LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            processes=False,
            protocol="tls://" if security.require_encryption else "tcp://",
            security=security,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        )

    module, _, name = KINDS[kind].partition(":")
    stand_in = ModuleType(module)
    setattr(stand_in, name, start)
    monkeypatch.setitem(sys.modules, module, stand_in)
    project = Project(tmp_path, None)
    project.add("street", 3, ["car"])
    settings = load_settings(project.settings, options_by_name())

    done = run_on(described(kind), settings, "shard")

    assert done.stages["shard"].out == 3
    assert given == described(kind).options


def test_slurm_is_given_what_it_takes() -> None:
    """The real class, as far as it goes without Slurm: the script of a job."""
    options = described("slurm").options
    nowhere = {"dashboard_address": "127.0.0.1:0", "host": "127.0.0.1"}
    options["scheduler_options"] = options["scheduler_options"] | nowhere
    with SLURMCluster(**options) as cluster:
        script = cluster.job_script()
    assert "#SBATCH --requeue" in script
    assert "#SBATCH --cpus-per-task=8" in script
    assert "--nworkers 8" in script


def test_no_file_holds_a_key() -> None:
    for kind in KINDS:
        text = (FOLDER / f"{kind}.yaml").read_text()
        for line in text.splitlines():
            if "SECRET" in line and not line.startswith("#"):
                assert "secretKeyRef" in line or line.strip().endswith("KEY")


def test_the_files_and_the_kinds_are_the_same() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(KINDS)
