"""What the ends of paths have in common."""

import pytest

from curate.exports.path_ends import folders_in_common, nearest


@pytest.mark.parametrize(
    ("path", "other", "count"),
    [
        ("a/images/1.png", "x/images/other.png", 1),
        ("a/Images/1.png", "a/images/1.png", 2),
        ("1.png", "1.png", 0),
        ("1.png", "/1.png", 0),
        ("a/b/1.png", "a/c/1.png", 0),
    ],
)
def test_folders_count_from_the_last(path: str, other: str, count: int) -> None:
    assert folders_in_common(path, other) == count


def test_the_nearest_is_one_or_none() -> None:
    assert nearest(["a/1.png", "b/1.png"], "bucket/b/1.png") == "b/1.png"
    assert nearest(["a/1.png", "b/1.png"], "1.png") is None
    assert nearest([], "1.png") is None
