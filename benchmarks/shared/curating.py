"""The command line's own run from COCO exports to shards, as a process by itself."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.shared.whole_pipeline import Source, taxonomy_of


def command(sources: Sequence[Source], folder: Path, workers: int) -> list[str]:
    """The command that curates exports into `folder`/build; settings are written for it."""
    folder.mkdir(parents=True)
    taxonomy = folder / "concepts.yaml"
    taxonomy.write_text(taxonomy_of(sources))
    exports = []
    for source in sources:
        name = source.root.name
        exports.append(
            {
                "name": name,
                "path": str(source.root.absolute()),
                "format": "coco",
                "customer": name,
                "domain": name,
                "licence": "benchmark",
            }
        )
    settings = {
        "build": str((folder / "build").absolute()),
        "taxonomy": str(taxonomy.absolute()),
        "licences": {"allow": ["benchmark"]},
        "dask": {"workers": workers},
        "exports": exports,
    }
    file = folder / "settings.json"
    file.write_text(json.dumps(settings))
    return [sys.executable, "-m", "pipelines", "shard", str(file)]
