"""The rooms and the arrows between them: who may import whom, held for every file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("curate", "pipelines", "model", "examples", "benchmarks")
FILES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))

FORBIDDEN = {
    "curate": {
        "pipelines",
        "model",
        "examples",
        "benchmarks",
        "dask",
        "distributed",
        "torch",
        "typer",
        "rich",
        "matplotlib",
    },
    "model": {"pipelines", "benchmarks", "dask", "distributed", "typer"},
    "pipelines": {"examples", "benchmarks", "torch", "safetensors", "tensorboard"},
    "examples": {"pipelines", "benchmarks"},
    "benchmarks": set(),
}
MODEL_FROM_CURATE = {"documents", "draws", "images", "masks", "reader", "records", "settings", "storage", "windows"}
MODEL_ENTRANCES = {"model.train", "model.evaluate", "model.predict"}


def imports(path: Path) -> Iterator[tuple[str, list[str], int]]:
    """Module, names and line of each import of a file, wherever it stands."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, [], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides where the arrow points"
            yield node.module or "", [alias.name for alias in node.names], node.lineno


@pytest.mark.parametrize("path", FILES, ids=str)
def test_arrows_point_one_way(path: Path) -> None:
    for module, _, line in imports(path):
        assert module.split(".")[0] not in FORBIDDEN[path.parts[0]], f"{path}:{line} imports {module}"


def test_pipelines_enters_the_model_by_its_verbs_alone() -> None:
    for path in FILES:
        if path.parts[0] == "pipelines":
            for module, _, line in imports(path):
                assert not module.startswith("model") or module in MODEL_ENTRANCES, f"{path}:{line} imports {module}"


def test_the_model_knows_shards_and_pixels_and_no_stage() -> None:
    for path in FILES:
        if path.parts[0] == "model":
            for module, names, line in imports(path):
                rooms = (
                    names
                    if module == "curate"
                    else [module.removeprefix("curate.")]
                    if module.startswith("curate.")
                    else []
                )
                assert set(rooms) <= MODEL_FROM_CURATE, f"{path}:{line} imports {', '.join(rooms)} of curate"


def test_private_names_stay_in_their_file() -> None:
    for path in FILES:
        for module, names, line in imports(path):
            if module.split(".")[0] in ROOMS:
                private = [name for name in names if name.startswith("_")]
                private = [name for name in private if module != ".".join(path.parent.parts)]  # a room's own files
                assert not private, f"{path}:{line} imports {', '.join(private)} of {module}"


def test_the_library_prints_nothing() -> None:
    for path in FILES:
        if path.parts[0] == "curate":
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
            assert not [call.lineno for call in calls if call.func.id == "print"], path  # type: ignore[attr-defined]


def test_no_file_is_longer_than_500_lines() -> None:
    long = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {path: lines for path, lines in long.items() if lines > 500}
