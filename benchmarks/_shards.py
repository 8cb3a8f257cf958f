"""Shards to train on, made by the project's own pipeline from the exports that are made here."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks._pictures import make_exports
from curate.formats import options_by_name
from curate.settings import Settings, load_settings


def make_shards(root: Path) -> Settings:
    """Exports, and the shards of them, below `root`; the settings of the build, but for these all by default."""
    documents = make_exports(root / "exports")
    classes = {
        each["name"]
        for path, _ in documents
        for each in json.loads(path.read_bytes())["categories"]
    }
    concepts = {
        name.replace(" ", "-"): {"definition": f"A {name}.", "kind": "thing"}
        for name in sorted(classes)
    }
    exports = [
        {"path": str(path.parent), "format": "coco", "licence": "CC0-1.0"}
        | dict.fromkeys(("name", "customer", "domain"), path.parent.name)
        for path, _ in documents
    ]
    taxonomy, settings = root / "taxonomy" / "concepts.yaml", root / "settings.yaml"
    taxonomy.parent.mkdir()
    taxonomy.write_text(json.dumps({"concepts": concepts}))
    build = {"build": str(root / "build"), "taxonomy": str(taxonomy), "exports": exports}
    settings.write_text(
        json.dumps(build | {"licences": {"allow": ["CC0-1.0"]}, "train": {"start": "random"}})
    )
    subprocess.run([sys.executable, "-m", "pipelines", "shard", str(settings)], check=True)  # noqa: S603 - ourselves
    return load_settings(settings, options_by_name())
