"""The library's public interface: each name is there, and loaded no earlier than it is used."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import curate

FRONT_DOOR = Path(curate.__file__)


def imported_for_type_checkers() -> dict[str, str]:
    """The names that `curate/__init__.py` imports for type checkers, each with its module."""
    tree = ast.parse(FRONT_DOOR.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("name", curate.__all__)
def test_each_public_name_is_what_type_checkers_see(name: str) -> None:
    module = import_module(imported_for_type_checkers()[name])
    assert getattr(curate, name) is getattr(module, name)


def test_type_checkers_see_the_public_names_and_no_others() -> None:
    assert sorted(imported_for_type_checkers()) == sorted(curate.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_shard'"):
        curate.open_shard  # noqa: B018


def test_the_names_are_listed_before_they_are_loaded() -> None:
    assert set(curate.__all__) <= set(dir(curate))


def test_importing_the_library_loads_none_of_it() -> None:
    names = "[name for name in sys.modules if name.startswith('curate.')]"
    program = f"import sys, curate; print({names})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=FRONT_DOOR.parents[1],
    )
    assert done.stdout == "[]\n"
