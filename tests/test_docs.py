"""The documents name every make target and every setting."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from curate.formats import options_by_name
from curate.settings import ExportSettings, Settings, schema

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"`([^`]+)`")


def test_the_readme_names_every_make_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(
        re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].replace("$(STAGES)", "").split()
    )  # type: ignore[index]
    targets |= set(re.search(r"^STAGES = (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    readme = (ROOT / "README.md").read_text()
    assert [
        target for target in sorted(targets) if not re.search(rf"\bmake {target}\b", readme)
    ] == []


def test_the_documents_name_every_setting() -> None:
    """In full, each once: `section.name`, and an export's keys and the limits by their own names."""
    documented = (ROOT / "docs" / "settings.md").read_text()
    named = [
        name
        for line in documented.splitlines()
        if line[:3] == "| `"
        for name in CODE.findall(line.split(" | ")[0])
    ]
    limits = [f"limits.{name}" for name in CODE.findall(documented.split("`limits.…`", 1)[1])]
    assert sorted([*named, *limits]) == sorted(["limits.…", *setting_names(Settings)])


def test_the_published_schema_is_that_of_the_settings() -> None:
    """Written anew by: python -c "import json; from curate import formats, settings; print(json.dumps(settings.schema(formats.options_by_name()), indent=2))"."""
    assert json.loads((ROOT / "docs" / "settings.schema.json").read_text()) == schema(
        options_by_name()
    )


def setting_names(model: type[BaseModel], section: str = "") -> Iterator[str]:
    """Names of all settings: a section's behind its own, an export's without."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_names(field.annotation, f"{name}.")
        else:
            yield f"{section}{name}"
    if model is Settings:
        yield from ExportSettings.model_fields
