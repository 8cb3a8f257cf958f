"""The examples in docstrings give what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("benchmarks", "curate", "docs", "examples", "model", "pipelines")


def modules_with_examples() -> list[str]:
    """The names of the files that have examples."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "\n    >>> " in path.read_text(encoding="utf-8"):
                name = path.relative_to(ROOT).with_suffix("")
                found.append(".".join(name.parts).removesuffix(".__init__"))
    return found


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_hold(name: str) -> None:
    outcome = doctest.testmod(import_module(name))
    assert outcome.attempted
    assert not outcome.failed
