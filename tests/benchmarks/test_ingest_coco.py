"""Of the large document, ingest makes the masks that pycocotools makes."""

import contextlib
import io
from pathlib import Path

import pytest
from pycocotools import mask as codec
from pycocotools.coco import COCO

from benchmarks.shared.large_coco import LargeCoco, make_large_coco
from tests.curate.formats.reading import read_back


# pycocotools' own warning.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_both_make_the_same_masks(tmp_path: Path) -> None:
    document = make_large_coco(tmp_path / "export", LargeCoco(3, 150))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(document)
    expected = {}
    for number, annotation in coco.anns.items():
        runs = coco.annToRLE(annotation)
        area = int(codec.area(runs))
        if area:  # some lie on the image's edge, and cover no px
            expected[f"instances.json#{number}"] = (area, runs["counts"].decode())

    read = read_back(document.parent, "coco")
    made = {row["annotation_key"]: (row["area"], row["counts"]) for row in read.rows}
    assert len(made) > 140
    assert made == expected
