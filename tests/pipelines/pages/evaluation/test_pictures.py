"""The pictures of cases: errors are painted where they are."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from pipelines.pages.evaluation.pictures import paint_case
from tests.pipelines.pages.evaluation.small_report import make_case

SCALE = 4.25  # from the case to its picture


def test_errors_are_painted_where_they_are() -> None:
    _, _, encoded = paint_case(make_case("worst")).errors.partition(",")
    picture = np.array(Image.open(BytesIO(base64.b64decode(encoded))).convert("RGB"))
    assert picture.shape == (255, 340, 3)
    missed, right, extra, outside = (
        picture[127, round(x * SCALE)].astype(int) for x in (25, 35, 45, 65)
    )
    assert missed[2] > missed[0] + 80
    assert extra[0] > extra[2] + 80
    assert np.ptp(right) < 30
    assert np.ptp(outside) < 30
