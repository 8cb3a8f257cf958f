"""The documents name every make target and every setting."""

import re
from pathlib import Path
from typing import Any

from curate.settings import Settings

ROOT = Path(__file__).parents[1]


def test_the_readme_names_every_make_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].replace("$(STAGES)", "").split())  # type: ignore[index]
    targets |= set(re.search(r"^STAGES = (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    readme = (ROOT / "README.md").read_text()
    assert [target for target in sorted(targets) if not re.search(rf"\bmake {target}\b", readme)] == []


def test_the_documents_name_every_setting() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    assert [name for name in setting_names(Settings.model_json_schema()) if f"{name}`" not in documented] == []


def setting_names(schema: dict[str, Any]) -> list[str]:
    """Names of all settings, as the last word of each path."""
    objects = [schema, *schema["$defs"].values()]
    return sorted(
        {name for each in objects for name in each.get("properties", {})} - {"filter", "split", "balance", "crop"}
    )
