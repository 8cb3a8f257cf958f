"""Tables of run-lengths: the battery, and what is their own."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from curate.errors import InputError
from curate.pixels.masks import Mask
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, rectangle
from tests.curate.formats.reading import ReadBack, read_back

MASK = rectangle(40, 64, 10, 4, 50, 20)


def encoded(mask: Mask, order: Literal["C", "F"] = "F") -> str:
    """Starts from 1 and lengths, as the contests' own scripts write them."""
    pixels = np.concatenate([[0], mask.flatten(order=order), [0]])
    runs = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    runs[1::2] -= runs[::2]
    return " ".join(str(number) for number in runs)


def save(root: Path, lines: Sequence[Sequence[str]], name: str = "train.csv") -> None:
    with (root / name).open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


class TestKaggle(Battery):
    """A line for each object, with its class, as Severstal has them."""

    format = "kaggle"
    texts = ("*.csv",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        lines = [("ImageId", "ClassId", "EncodedPixels")]
        for picture in pictures:
            picture.save(root)
            lines += [
                (picture.path, each.label, encoded(each.mask))
                for each in picture.objects
            ]
        save(root, lines)


def read(root: Path, *lines: Sequence[str], **options: Any) -> ReadBack:
    Picture("train/a.png", 40, 64).save(root)
    save(root, lines)
    return read_back(root, "kaggle", options)


def boxes(back: ReadBack) -> list[tuple[int, ...]]:
    names = ("box_x0", "box_y0", "box_x1", "box_y1")
    return [tuple(row[name] for name in names) for row in back.rows]


@pytest.mark.parametrize(
    ("header", "image", "label"),
    [
        (("ImageId", "EncodedPixels"), "a.png", "test"),
        (("id", "encoding"), "a", "test"),
        (("img", "rle_mask"), "a.png", "test"),
        (("Image_Label", "EncodedPixels"), "a.png_Fish", "Fish"),
        (("ImageId_ClassId", "EncodedPixels"), "a.png_3", "3"),
    ],
)
def test_tables_of_the_contests(
    tmp_path: Path, header: tuple[str, str], image: str, label: str
) -> None:
    (row,) = read(tmp_path, header, (image, encoded(MASK))).rows
    assert (row["label"], row["area"]) == (label, MASK.sum())


@pytest.mark.parametrize("column", ["EncodedPixels", "segmentation"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_runs_show_in_which_order_they_go(
    tmp_path: Path, column: str, order: Literal["C", "F"]
) -> None:
    back = read(tmp_path, ("id", column), ("a", encoded(MASK, order)))
    assert boxes(back) == boxes(
        read_back(tmp_path, "kaggle", {"order": back_of(order)})
    )
    assert [row["area"] for row in back.rows] == [MASK.sum()]
    assert boxes(back) == [(10, 4, 50, 20)]


def back_of(order: str) -> str:
    return {"C": "rows", "F": "columns"}[order]


def test_masks_that_cannot_tell_their_order_go_as_others_of_their_table(
    tmp_path: Path,
) -> None:
    """Pictures that are square, and specks, beside one picture that is not."""
    off_centre = rectangle(40, 40, 3, 10, 9, 30)
    speck = rectangle(40, 64, 50, 4, 52, 5)
    Picture("train/square.png", 40, 40).save(tmp_path)
    lines = [("id", "rle"), ("a", encoded(MASK, "C")), ("a", encoded(speck, "C"))]
    back = read(tmp_path, *lines, ("square", encoded(off_centre, "C")))
    assert boxes(back) == [(10, 4, 50, 20), (50, 4, 52, 5), (3, 10, 9, 30)]
    assert not any("order_unsure" in row["flags"] for row in back.rows)


def test_where_no_mask_of_a_table_tells_its_order_each_is_flagged(
    tmp_path: Path,
) -> None:
    Picture("train/square.png", 40, 40).save(tmp_path)
    save(tmp_path, [("id", "rle"), ("a", encoded(MASK, "C"))], "other.csv")
    square = encoded(rectangle(40, 40, 3, 10, 9, 30))
    back = read(tmp_path, ("id", "rle"), ("square", square))
    unsure = [row["image_path"] for row in back.rows if "order_unsure" in row["flags"]]
    assert unsure == ["train/square.png"]

    stated = read_back(tmp_path, "kaggle", {"order": "columns"})
    assert not any("order_unsure" in row["flags"] for row in stated.rows)


def test_starts_count_from_0_where_one_of_the_table_is_0(tmp_path: Path) -> None:
    from_1 = encoded(MASK).split()
    from_0 = [str(int(each) - (place % 2 == 0)) for place, each in enumerate(from_1)]
    back = read(tmp_path, ("id", "rle"), ("a", " ".join(from_0)), ("a", "0 9"))
    assert boxes(back) == [(10, 4, 50, 20), (0, 0, 1, 9)]


def test_images_without_a_mask_and_runs_that_are_none(tmp_path: Path) -> None:
    runs = ["", "-1", "1", "5 0", "9 5 7 2", "2560 2", "9" * 30 + " 1"]
    back = read(
        tmp_path, ("ImageId", "EncodedPixels"), *[("a.png", each) for each in runs]
    )
    assert back.rows == []
    assert back.reasons == {"bad_run_lengths": 5}


def test_a_line_cut_off_costs_itself(tmp_path: Path) -> None:
    back = read(tmp_path, ("id", "rle"), ("a",), ("a", encoded(MASK)))
    assert (len(back.rows), back.reasons) == (1, {"malformed_file": 1})


def test_an_image_without_its_class_costs_the_line(tmp_path: Path) -> None:
    lines = [("Image_Label", "EncodedPixels"), ("a.png", "1 2"), ("a.png_Fish", "1 2")]
    back = read(tmp_path, *lines)
    assert (len(back.rows), back.reasons) == (1, {"malformed_file": 1})


def test_a_submission_is_no_annotation(tmp_path: Path) -> None:
    save(tmp_path, [("id", "rle"), ("a", "1 2")], "sample_submission.csv")
    back = read(tmp_path, ("id", "rle"), ("a", encoded(MASK)))
    assert (len(back.rows), back.ignored) == (1, ["sample_submission.csv"])


def test_other_tables_are_left_alone(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"no \.csv file with columns of images and run"
    ):
        read(tmp_path, ("id", "annotation"), ("a", '[{"label": "cat"}]'))
