"""An image that kills its workers is found, and costs itself alone."""

from pathlib import Path

import pytest
from upath import UPath

from curate.reasons import Reason, Refusal
from pipelines.flow.tries import trying

IMAGES = ("1.png", "2.png", "3.png")


@pytest.fixture(params=["local", "store"])
def notes(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    if request.param == "local":
        return UPath(tmp_path) / "notes"
    return UPath(f"memory://{tmp_path.name}/notes")


def die_at(notes: UPath, deadly: str) -> list[str]:
    """A try that ends at an image, as if its worker were killed; the images that it opened."""
    with trying(notes) as before:
        opened = []
        for image in IMAGES:
            try:
                before(image)
            except Refusal:
                continue
            opened.append(image)
            if image == deadly:
                # A killed process removes nothing.
                [mine] = set(notes.glob("*.try")) - set(kept(notes))
                text = mine.read_bytes()
                break
        else:
            return opened
    (notes / f"{len(kept(notes))}-dead.try").write_bytes(text)
    return opened


def kept(notes: UPath) -> list[UPath]:
    return list(notes.glob("*-dead.try"))


def test_the_fourth_try_leaves_out_the_image_that_killed_three_workers(
    notes: UPath,
) -> None:
    for _ in range(3):
        assert die_at(notes, "2.png") == ["1.png", "2.png"]
    assert die_at(notes, "2.png") == ["1.png", "3.png"]
    with trying(notes) as before, pytest.raises(Refusal) as refused:
        before("2.png")
    assert refused.value.reason == Reason.KILLED_WORKER
    assert "2.png: 3 workers" in refused.value.detail


def test_workers_that_die_at_random_blame_no_image(notes: UPath) -> None:
    for deadly in ("2.png", "1.png", "2.png", "3.png"):
        die_at(notes, deadly)
    assert die_at(notes, "none") == list(IMAGES)


def test_an_exception_and_an_end_leave_no_note(notes: UPath) -> None:
    assert die_at(notes, "none") == list(IMAGES)
    with pytest.raises(KeyError), trying(notes):
        raise KeyError
    assert list(notes.glob("*.try")) == []
