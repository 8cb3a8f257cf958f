"""The rooms and the arrows between them: who may import whom, held for every file."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("curate", "pipelines", "model", "examples", "benchmarks")
FILES = sorted(
    path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py")
)
MODULES = {
    ".".join(path.with_suffix("").parts).removesuffix(".__init__"): path
    for path in FILES
}

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
SHARED = {
    "boundary",
    "curation_settings",
    "drops",
    "errors",
    "export_settings",
    "flags",
    "folders",
    "judged_annotations",
    "ledger",
    "limits",
    "loop_settings",
    "mask_records",
    "model_settings",
    "own_version",
    "reasons",
    "records",
    "schema",
    "seeded",
    "settings",
    "settings_checks",
    "settings_errors",
    "settings_file",
    "storage",
    "stores",
    "text",
    "trace",
    "yaml_edits",
    "yaml_fast",
    "yaml_files",
    "yaml_places",
    "yaml_scalars",
}
"""Files of curate/ that all its rooms may read; they read no room."""
BELOW = {
    "exports": set(),
    "pixels": set(),
    "labels": {"exports"},
    "formats": {"exports", "pixels"},
    "shards": {"exports", "pixels"},
    "stages": {"exports", "pixels", "labels", "formats", "shards"},
}
"""The rooms of curate/, and the rooms that each may read besides the shared files."""
MODEL_FROM_CURATE = {"pixels", "shards"}
MODEL_ENTRANCES = {
    "model.annotations.judged_deliveries",
    "model.annotations.quality",
    "model.evaluation.changed_cases",
    "model.evaluation.evaluate",
    "model.onnx_export",
    "model.predict",
    "model.ranks",
    "model.train",
}
MODEL_TABLES = {
    "model.annotations.report",
    "model.annotations.spoiling",
    "model.curve",
    "model.drawn_box",
    "model.evaluation.annotator_effort",
    "model.evaluation.intervals",
    "model.evaluation.methods",
    "model.evaluation.metrics",
    "model.evaluation.report",
    "model.evaluation.run_comparison",
    "model.evaluation.staleness",
    "model.promotion",
    "model.records",
    "model.runs",
}
"""What pages may read of the model: records and tables, in files that do not import torch."""


def imports(path: Path) -> Iterator[tuple[str, list[str], int]]:
    """Module, names and line of each import of a file, wherever it stands."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, [], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{path}:{node.lineno}: a relative import hides where the arrow points"
            )
            yield node.module or "", [alias.name for alias in node.names], node.lineno


def files_reached(path: Path) -> set[str]:
    """The modules that a file imports, or that define the names that it imports."""
    reached = set()
    for module, names, _ in imports(path):
        files = {f"{module}.{name}" for name in names} & MODULES.keys()
        reached |= files
        if len(files) < len(names) or not names:
            reached.add(module)
    return reached & MODULES.keys()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_arrows_point_one_way(path: Path) -> None:
    for module, _, line in imports(path):
        assert module.split(".")[0] not in FORBIDDEN[path.parts[0]], (
            f"{path}:{line} imports {module}"
        )


def test_pipelines_enters_the_model_by_its_verbs_and_tables_alone() -> None:
    entrances = MODEL_ENTRANCES | MODEL_TABLES
    for path in FILES:
        if path.parts[0] == "pipelines":
            for module, _, line in imports(path):
                assert not module.startswith("model") or module in entrances, (
                    f"{path}:{line} imports {module}"
                )


def rooms_of_curate(path: Path) -> Iterator[tuple[str, int]]:
    """The room or shared file of curate/ that each import of a file reaches, with its line."""
    for module, names, line in imports(path):
        steps = module.split(".")
        if steps[0] == "curate":
            yield from ((step, line) for step in (steps[1:2] or names))


# It names what every room offers; no room reads it.
FRONT_DOOR = Path("curate/__init__.py")
INSIDE_CURATE = [
    path for path in FILES if path.parts[0] == "curate" and path != FRONT_DOOR
]


@pytest.mark.parametrize("path", INSIDE_CURATE, ids=str)
def test_arrows_inside_curate_point_one_way(path: Path) -> None:
    room = path.parts[1] if len(path.parts) > 2 else ""
    allowed = SHARED | BELOW.get(room, set()) | {room}
    for reached, line in rooms_of_curate(path):
        assert reached in allowed, f"{path}:{line} imports {reached} of curate"


def test_each_file_of_curate_is_in_a_room_or_shared() -> None:
    here = {path.parts[1] for path in FILES if path.parts[0] == "curate"} - {
        "__init__.py"
    }
    assert here == set(BELOW) | {f"{name}.py" for name in SHARED}


def test_no_files_import_each_other_in_a_circle() -> None:
    arrows = {name: files_reached(path) - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_the_model_knows_shards_and_pixels_and_no_stage() -> None:
    for path in FILES:
        if path.parts[0] == "model":
            for reached, line in rooms_of_curate(path):
                allowed = MODEL_FROM_CURATE | SHARED
                assert reached in allowed, f"{path}:{line} imports {reached} of curate"


def test_private_names_stay_in_their_file() -> None:
    for path in FILES:
        for module, names, line in imports(path):
            if module.split(".")[0] in ROOMS:
                private = [name for name in names if name.startswith("_")]
                # A room's own files.
                private = [
                    name for name in private if module != ".".join(path.parent.parts)
                ]
                assert not private, (
                    f"{path}:{line} imports {', '.join(private)} of {module}"
                )


def test_the_library_prints_nothing() -> None:
    for path in FILES:
        if path.parts[0] == "curate":
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            for call in calls:
                called = call.func
                prints = isinstance(called, ast.Name) and called.id == "print"
                assert not prints, f"{path}:{call.lineno}"


def test_no_file_is_longer_than_500_lines() -> None:
    long = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in FILES
    }
    assert not {path: lines for path, lines in long.items() if lines > 500}
