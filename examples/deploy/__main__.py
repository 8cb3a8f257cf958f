"""Start the cluster that a file describes, run the stages of a settings file on it, end it.

    python -m examples.deploy mine.yaml examples/deploy/slurm.yaml [--until shard]

A file of this folder has the kind of the cluster, the number of workers, and what the class of
that kind takes. A cluster that is there already needs none of this: `dask.scheduler` in the
settings names it.
"""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

import dask
from pydantic import BaseModel, ConfigDict

from curate.formats import options_by_name
from curate.schema import STAGES
from curate.settings import Settings
from curate.settings_file import load_settings
from curate.yaml_files import load_yaml
from pipelines.flow.runner import summary
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
    workers: int
    options: dict[str, Any]
    """Arguments of the class."""


def main() -> None:
    """Run the stages, and print their ledgers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("settings", type=Path)
    parser.add_argument("cluster", type=Path)
    parser.add_argument("--until", choices=STAGES, default=STAGES[-1])
    arguments = parser.parse_args()

    settings = load_settings(arguments.settings, options_by_name())
    described = ClusterFile.model_validate(load_yaml(arguments.cluster).data)
    done = run_on(described, settings, arguments.until)
    for stage, ledger in done.stages.items():
        print(f"{stage:<8} {summary(ledger)}")


def run_on(described: ClusterFile, settings: Settings, until: str) -> Curation:
    """Run the stages up to `until` on a cluster that lives as long as they do."""
    module, _, name = KINDS[described.kind].partition(":")
    start = getattr(import_module(module), name)
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
    main()
