"""What the tests of labelmap share: a mask of two pieces, and reading an export."""

from pathlib import Path
from typing import Any

from tests.curate.formats.pictures import rectangle
from tests.curate.formats.reading import ReadBack, read_back

TWO = rectangle(40, 40, 2, 2, 10, 12) | rectangle(40, 40, 20, 20, 35, 30)
"""Two pieces of 80 and 150 px in a picture of 40 × 40 px."""


def read(
    root: Path, options: dict[str, Any] | None = None, **settings: Any
) -> ReadBack:
    return read_back(root, "labelmap", options, **settings)
