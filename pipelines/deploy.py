"""Start the cluster that a file describes, run the stages of a settings file on it, end it.

    python -m pipelines.deploy mine.yaml examples/deploy/slurm.yaml [--until shard]

A file in examples/deploy has the kind of the cluster, the number of workers, and what the class of
that kind takes. A cluster that is there already needs none of this: `dask.scheduler` in the
settings names it.
"""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import dask
import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curate.errors import InputError, nearest
from curate.settings import Settings
from curate.yaml_files import load_yaml
from pipelines.arguments import SettingsFile, Until, load
from pipelines.failures import ends_well
from pipelines.results import end_with
from pipelines.verbs.stage import Curation, curate

KINDS = {
    "kubernetes": "dask_kubernetes.operator:KubeCluster",
    "slurm": "dask_jobqueue:SLURMCluster",
    "coiled": "coiled:Cluster",
}
"""The class that starts a cluster, by the kind that a file may name."""


class ClusterFile(BaseModel):
    """What a file says of the cluster."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    workers: int = Field(ge=1)
    options: dict[str, Any]
    """Arguments of the class."""


@ends_well
def main(
    settings: SettingsFile,
    cluster: Annotated[Path, typer.Argument(help="The file that describes it.")],
    until: Annotated[Until, typer.Option(help="The last stage.")] = Until.SHARD,
) -> None:
    """Run the stages of a settings file on a cluster that is started for them."""
    done = run_on(read_cluster_file(cluster), load(settings, None), until.value)
    end_with(done.faults)


def read_cluster_file(path: Path) -> ClusterFile:
    """What a file says of a cluster. InputError if it is no such file."""
    try:
        described = ClusterFile.model_validate(load_yaml(path).data)
    except ValidationError as error:
        raise InputError(f"{path}: {error}") from None
    if described.kind not in KINDS:
        hint = nearest(described.kind, KINDS)
        raise InputError(f"{path}: unknown kind {described.kind!r}{hint}")
    return described


def run_on(described: ClusterFile, settings: Settings, until: str) -> Curation:
    """Run the stages up to `until` on a cluster that lives as long as they do.

    InputError if the package that starts such clusters is not installed.
    """
    module, _, name = KINDS[described.kind].partition(":")
    try:
        start = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise InputError(f"{error}; pip install {package}") from None

    with start(**described.options) as cluster:
        cluster.scale(described.workers)
        there = settings.dask.model_copy(
            update={"scheduler": cluster.scheduler_address}
        )
        with dask.config.set(_certificates(cluster)):
            return curate(settings.model_copy(update={"dask": there}), until)


def _certificates(cluster: Any) -> dict[str, Any]:
    """Dask's settings for a cluster that encrypts (`tls://`), as Coiled's do; else none."""
    security = getattr(cluster, "security", None)
    if security is None or not security.require_encryption:
        return {}
    return {
        "distributed.comm.require-encryption": True,
        "distributed.comm.tls.ca-file": security.tls_ca_file,
        "distributed.comm.tls.client.cert": security.tls_client_cert,
        "distributed.comm.tls.client.key": security.tls_client_key,
    }


if __name__ == "__main__":
    typer.run(main)
