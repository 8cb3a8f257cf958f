"""Shards to train on, made by the project's own pipeline from exports that are made by code."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.shared.pictures import make_exports
from curate.formats import options_by_name
from curate.settings import Settings
from curate.settings_file import load_settings


def make_shards(root: Path) -> Settings:
    """Make exports and their shards below `root`; the settings of that build."""
    documents = make_exports(root / "exports")
    taxonomy = root / "taxonomy" / "concepts.yaml"
    taxonomy.parent.mkdir()
    taxonomy.write_text(json.dumps({"concepts": _concepts(documents)}))
    settings = root / "settings.yaml"
    document = {
        "build": str(root / "build"),
        "taxonomy": str(taxonomy),
        "exports": [_export(path.parent) for path, _ in documents],
        "licences": {"allow": ["CC0-1.0"]},
        "train": {"start": "random"},
    }
    settings.write_text(json.dumps(document))  # JSON is YAML
    command = [sys.executable, "-m", "pipelines", "shard", str(settings)]
    subprocess.run(command, check=True)  # noqa: S603 - ourselves
    return load_settings(settings, options_by_name())


def _concepts(documents: list[tuple[Path, Path]]) -> dict[str, dict[str, str]]:
    """Each class of the annotation files as a concept of its own."""
    names: set[str] = set()
    for path, _ in documents:
        document = json.loads(path.read_bytes())
        for category in document["categories"]:
            names.add(category["name"])

    concepts = {}
    for name in sorted(names):
        concept = name.replace(" ", "-")
        concepts[concept] = {"definition": f"A {name}.", "kind": "thing"}
    return concepts


def _export(folder: Path) -> dict[str, str]:
    """The settings of an export in a folder; its name is the folder's."""
    return {
        "path": str(folder),
        "format": "coco",
        "licence": "CC0-1.0",
        "name": folder.name,
        "customer": folder.name,
        "domain": folder.name,
    }
