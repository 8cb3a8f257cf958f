"""What a build of a test holds."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.pipelines.small_project import Project


def rows(project: Project, stage: str) -> list[dict[str, Any]]:
    """The rows that go on from a stage."""
    table = pq.read_table(project.build / stage / "segments")
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def split_of(project: Project) -> dict[str, str]:
    """The split of each object."""
    return {row["object_id"]: row["split"] for row in rows(project, "split")}


def inodes(folder: Path) -> set[int]:
    """The files of a folder, by what tells them from copies with the same bytes."""
    return {path.stat().st_ino for path in folder.glob("*.parquet")}
