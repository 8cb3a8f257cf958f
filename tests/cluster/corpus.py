"""Exports in the store, and runs over them."""

import hashlib
import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import fsspec

from tests.cluster.machines import ROOT
from tests.cluster.store import BUCKET
from tests.pipelines.small_project import Project

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Corpus:
    """Settings whose paths are all in the store, without a build."""

    folder: Path
    plain: dict[str, Any]
    expected: dict[str, str]
    """SHA-256 of each shard that one process makes of the same exports on its disk."""

    def with_sick_images(self) -> "Corpus":
        """One export more, of which two images do not do their workers good."""
        folder = self.folder / "sick"
        folder.mkdir()
        project = Project(folder, None)
        place = project.add("sick", 4, ["car", "wheel"])
        document = (place / "annotations.json").read_text()
        for name, sick in (("1.png", "poison.png"), ("2.png", "hungry.png")):
            (place / "images" / name).rename(place / "images" / sick)
            document = document.replace(f'"{name}"', f'"{sick}"')
        (place / "annotations.json").write_text(document)
        [export] = _put_exports(project.plain["exports"])
        exports = [*self.plain["exports"], export]
        return replace(self, plain=self.plain | {"exports": exports})

    def settings(self, scheduler: str | None) -> "Attempt":
        """A settings file with a build of its own."""
        name = f"build-{next(_numbers)}"
        file = self.folder / f"{name}.yaml"
        build = f"s3://{BUCKET}/{name}"
        dask = {"scheduler": scheduler, "workers": 1}
        file.write_text(json.dumps(self.plain | {"build": build, "dask": dask}))
        return Attempt(file, build)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run over a settings file: its file, and its build's URL."""

    file: Path
    build: str

    def start(self, **environment: str) -> "subprocess.Popen[str]":
        """Start it, up to the shards, in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines", "shard", str(self.file)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **environment: str) -> str:
        """Run it; what it says. AssertionError if it fails."""
        process = self.start(**environment)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return said

    def shards(self) -> dict[str, str]:
        """SHA-256 of each shard, by its path."""
        return _digests(fsspec.filesystem("s3"), f"{self.build}/shard/shards")

    def read(self, path: str) -> Any:
        """A JSON file of the build."""
        return json.loads(fsspec.filesystem("s3").cat_file(f"{self.build}/{path}"))

    def names(self) -> set[str]:
        """The names at the top of the build of whatever holds a file."""
        files = fsspec.filesystem("s3")
        files.invalidate_cache()
        found = files.find(self.build, detail=True)
        top = self.build.removeprefix("s3://") + "/"
        return {
            path.removeprefix(top).partition("/")[0]
            for path, info in found.items()
            if info["type"] == "file"
        }


def put_corpus(folder: Path) -> Corpus:
    """Exports of three customers and their taxonomy, made here, in the store."""
    project = Project(folder, None)
    for name in ("street", "yard", "shop"):
        project.add(name, 12, ["car", "wheel"])
    project.change(dask={"workers": 1})
    return stored(folder, project.plain, shards_made_here(project.settings))


def shards_made_here(settings: Path) -> dict[str, str]:
    """SHA-256 of each shard that processes of this machine make on its disk, by its path."""
    command = [sys.executable, "-m", "pipelines", "shard", str(settings)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    build = json.loads(settings.read_text())["build"]
    return _digests(fsspec.filesystem("file"), f"{build}/shard/shards")


def stored(folder: Path, plain: dict[str, Any], expected: dict[str, str]) -> Corpus:
    """Put exports and taxonomy of settings into the store."""
    files = fsspec.filesystem("s3")
    taxonomy = Path(plain["taxonomy"])
    files.put(str(taxonomy.parent), f"{BUCKET}/corpus/taxonomy", recursive=True)
    paths = {
        "exports": _put_exports(plain["exports"]),
        "taxonomy": f"s3://{BUCKET}/corpus/taxonomy/{taxonomy.name}",
    }
    return Corpus(folder, plain | paths, expected)


def _put_exports(exports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put exports into the store; their settings with the paths there."""
    files = fsspec.filesystem("s3")
    stored = []
    for export in exports:
        place = f"{BUCKET}/corpus/{export['name']}"
        files.put(export["path"], place, recursive=True)
        stored.append(export | {"path": f"s3://{place}"})
    return stored


def _digests(files: Any, folder: str) -> dict[str, str]:
    """SHA-256 of each file below a folder, by its path in it."""
    files.invalidate_cache()
    found = {}
    for path in files.find(folder):
        _, _, name = path.partition("/shards/")
        found[name] = hashlib.sha256(files.cat_file(path)).hexdigest()
    return found
