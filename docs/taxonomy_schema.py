"""The JSON Schema of concepts.yaml, made from its model: `make settings-docs` writes it."""

import json
from pathlib import Path

from curate.labels.concept_model import schema

TAXONOMY = Path(__file__).parents[1] / "taxonomy"


def write_schema(folder: Path = TAXONOMY) -> None:
    """Write `concepts.schema.json` in `folder` anew."""
    (folder / "concepts.schema.json").write_text(schema_text(), "utf-8")


def schema_text() -> str:
    """The JSON Schema of concepts.yaml, as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_schema()
