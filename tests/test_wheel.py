"""The wheel is the library alone, and the requirements of each room name all that it imports."""

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.curate.shard_rows import make_segments, write_shards

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS_OF = {
    "curate": [],
    "model": ["train"],
    "pipelines": ["pipelines"],
    "examples": ["pipelines", "train", "trainers", "dev"],
    "benchmarks": ["pipelines", "train", "dev"],
    "tests": ["pipelines", "train", "dev"],
}
"""The dependency groups that a room may import from, besides the library's own requirements."""

READ_SHARDS = """
import json, pkgutil, sys
wheel, shards, refused = json.loads(sys.argv[1])

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"no module named {name!r} here", name=name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, wheel)
import curate
assert curate.__file__.startswith(wheel), curate.__file__
for module in pkgutil.walk_packages(curate.__path__, "curate."):
    __import__(module.name)
opened = curate.open_shards(shards, "train")
print(sum(int(sample.mask.any()) for sample in curate.stream(opened, range(len(opened)))))
"""


def build(version: str, folder: Path) -> zipfile.ZipFile:
    """The wheel of this revision, in its version "standard" or "editable"."""
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=[version])
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return build("standard", tmp_path_factory.mktemp("wheel"))


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [
        name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")
    ]
    return Parser().parsestr(wheel.read(name).decode())


def test_the_wheel_holds_the_library_alone(wheel: zipfile.ZipFile) -> None:
    version = PYPROJECT["project"]["version"]
    folders = {name.partition("/")[0] for name in wheel.namelist()}
    assert folders == {"curate", f"segcurate-{version}.dist-info"}
    assert not [name for name in wheel.namelist() if name.endswith("entry_points.txt")]


def test_its_metadata_promises_nothing_that_it_lacks(wheel: zipfile.ZipFile) -> None:
    found = metadata(wheel)
    assert found.get_all("Provides-Extra") == ["s3"]  # curate reads s3:// URLs with it
    project = PYPROJECT["project"]
    listed = [*project["dependencies"], *project["optional-dependencies"]["s3"]]
    required = {str(Requirement(each)) for each in listed}
    named = {str(Requirement(each)) for each in found.get_all("Requires-Dist", [])}
    assert {_name(each) for each in named} == {_name(each) for each in required}


def test_ci_runs_the_versions_that_the_metadata_names(wheel: zipfile.ZipFile) -> None:
    classifiers = " ".join(metadata(wheel).get_all("Classifier", []))
    promised = re.findall(r"Python :: (3\.\d+)", classifiers)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert f"python: {json.dumps(promised)}" in workflow


def test_an_editable_install_has_the_command(tmp_path: Path) -> None:
    wheel = build("editable", tmp_path)
    (script,) = [
        name for name in wheel.namelist() if name.endswith(".data/scripts/segcurate")
    ]
    assert wheel.read(script).startswith(b"#!python\n")
    assert wheel.getinfo(script).external_attr >> 16 & 0o111, "not executable"


def test_the_wheel_reads_shards_with_its_own_requirements_alone(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    shards = write_shards(
        make_segments(tmp_path / "photos", images=4), tmp_path / "shards"
    )
    wheel.extractall(tmp_path / "wheel")
    required = [Requirement(each) for each in PYPROJECT["project"]["dependencies"]]
    installed = _with_all_they_need(required)
    others = [
        module
        for module, names in packages_distributions().items()
        if not installed & {canonicalize_name(name) for name in names}
    ]
    arguments = [str(tmp_path / "wheel"), str(shards), ["pipelines", "model", *others]]
    done = subprocess.run(
        [sys.executable, "-c", READ_SHARDS, json.dumps(arguments)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "10\n"


DOES_WITHOUT = {
    "curate": {"py7zr"},
    "benchmarks": {"py_sod_metrics", "datasets", "datumaro", "supervision", "rows"},
    "tests": {"py_sod_metrics"},
}
"""Packages that are not in a room's groups. py7zr: without it curate says what it cannot open.
py_sod_metrics: the Makefile installs it alone, as its requirements are older than ours. The scripts
of benchmarks/peers run in a venv of their own, the group `peers`, beside their file `rows`."""


@pytest.mark.parametrize("room", GROUPS_OF)
def test_requirements_name_what_a_room_imports(room: str) -> None:
    declared = list(PYPROJECT["project"]["dependencies"])
    for group in GROUPS_OF[room]:
        entries = PYPROJECT["dependency-groups"][group]
        declared += [each for each in entries if isinstance(each, str)]
    requirements = [Requirement(each) for each in declared]
    names = {canonicalize_name(each.name) for each in requirements}
    names |= {name for each in requirements for name in _of_its_extras(each)}
    distributions = packages_distributions()
    for module in _imported(room) - DOES_WITHOUT.get(room, set()):
        found = {canonicalize_name(name) for name in distributions.get(module, [])}
        assert found & names, (
            f"{room} imports {module}, which its requirements do not name"
        )


def _imported(room: str) -> set[str]:
    """The third-party packages that a room's files import."""
    found = set()
    for path in (ROOT / room).rglob("*.py"):
        if path.is_relative_to(ROOT / "tests" / "cluster"):
            continue  # it has an environment of its own, with the group `cluster`
        if path.is_relative_to(ROOT / "tests" / "oracles" / "writers"):
            continue  # each tool has one, with the group `oracle-TOOL`
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - GROUPS_OF.keys() - {"docs"}


def _of_its_extras(requirement: Requirement) -> set[str]:
    """The distributions that a requirement's extras bring: `dask[distributed]` → distributed."""
    found = set()
    for text in distribution(requirement.name).requires or []:
        needed = Requirement(text)
        for extra in requirement.extras:
            if needed.marker and needed.marker.evaluate({"extra": extra}):
                found.add(canonicalize_name(needed.name))
    return found


def _with_all_they_need(requirements: Iterable[Requirement]) -> set[str]:
    """The distributions that an installation of these requirements brings."""
    waiting, found = list(requirements), set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        found.add(name)
        for text in distribution(requirement.name).requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed)
    return found


def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)
