"""One battery of tests that every format joins in a few lines:

    class TestCoco(Battery):
        format = "coco"

        def write(self, root, pictures):
            ...  # the pictures with `picture.save(root)`, and what says what is drawn on them

Only `write` must be there. It is called with an empty folder and pictures of objects with known
masks, and writes an export as a careful tool would. The battery reads it back through ingest and
compares bit for bit. Called with the same pictures in another order, `write` writes an export
that means the same. What a format cannot say, its class says by an attribute.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from curate.errors import InputError
from curate.pixels import masks, run_lengths
from curate.stages import ingest
from tests.curate.formats.odd_values import disturbed
from tests.curate.formats.pictures import (
    Drawn,
    Picture,
    picture_with_a_hole,
    picture_with_overlap,
    picture_with_pieces,
    rectangle,
    usual_pictures,
)
from tests.curate.formats.reading import ReadBack, planned, read_back

_DISTURBED_DOCUMENTS = 60


class Battery:
    """The tests; a class that inherits from it and begins with Test runs them for its format."""

    format: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    """Of the export, as in its settings."""
    settings: ClassVar[dict[str, Any]] = {}
    """Further settings of the export."""
    source: ClassVar[str] = "instance"
    """What ingest calls the objects of the format."""
    holes: ClassVar[bool] = True
    """Whether an object may have holes."""
    pieces: ClassVar[bool] = True
    """Whether an object may be in several pieces."""
    overlaps: ClassVar[bool] = True
    """Whether objects may share pixels."""
    any_label: ClassVar[bool] = True
    """Whether a label may be any text; if not, labels are those of `LABELS` alone."""
    broken: ClassVar[str | None] = None
    """Path of a broken document of the format; None if the format has no documents."""
    broken_bytes: ClassVar[bytes] = b'{"images": [{"id": 1, "file_na'
    texts: ClassVar[Sequence[str]] = ()
    """Patterns of text files that may have a byte-order mark and the line ends of Windows."""

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        """Write an export of the pictures into the empty folder `root`."""
        raise NotImplementedError

    def image(self, root: Path, name: str) -> Path:
        """Where `write` put a picture; to be said if masks have the same name."""
        return next(root.rglob(name))

    def pictures(self) -> list[Picture]:
        """Pictures of all that the format can say."""
        pictures = usual_pictures()
        if self.holes:
            pictures.append(picture_with_a_hole())
        if self.pieces:
            pictures.append(picture_with_pieces())
        if self.overlaps:
            pictures.append(picture_with_overlap())
        return pictures

    def read(self, root: Path) -> ReadBack:
        return read_back(root, self.format, self.options, **self.settings)

    def ids(self, root: Path) -> set[str]:
        return set(self.read(root).segments["object_id"].to_pylist())

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """An export of all pictures."""
        return self.written(tmp_path / "export", self.pictures())

    def written(self, root: Path, pictures: Sequence[Picture]) -> Path:
        root.mkdir()
        self.write(root, pictures)
        return root

    def test_masks_come_back_bit_for_bit(self, root: Path) -> None:
        back = self.read(root)
        assert back.reasons == {}
        drawn = Counter()
        for picture in self.pictures():
            for each in picture.objects:
                drawn[Path(picture.path).name, each.label, each.mask.tobytes()] += 1
        read = Counter()
        for row in back.rows:
            mask = self.mask_of(row)
            read[Path(row["image_path"]).name, row["label"], mask.tobytes()] += 1
        assert read == drawn
        assert len(self.ids(root)) == drawn.total()

    def test_rows_agree_with_their_masks(self, root: Path) -> None:
        for row in self.read(root).rows:
            mask = self.mask_of(row)
            y, x = np.nonzero(mask)
            assert (row["box_x0"], row["box_y0"]) == (x.min(), y.min())
            assert (row["box_x1"], row["box_y1"]) == (x.max() + 1, y.max() + 1)
            assert row["area"] == mask.sum()
            assert row["object_source"] == self.source

    def mask_of(self, row: dict[str, Any]) -> masks.Mask:
        runs = run_lengths.parse(row["counts"], row["image_height"], row["image_width"])
        return masks.decode(runs)

    def test_images_are_found_at_their_paths(self, root: Path) -> None:
        assert not any("image_by_name" in row["flags"] for row in self.read(root).rows)

    def test_ids_survive_another_order(self, root: Path, tmp_path: Path) -> None:
        turned = [replace(each, objects=each.objects[::-1]) for each in self.pictures()]
        turned.reverse()
        other = self.written(tmp_path / "other", turned)
        assert self.ids(other) == self.ids(root)

    def test_new_pictures_leave_old_ids_alone(self, root: Path, tmp_path: Path) -> None:
        new = Picture(
            "a new one.png", 30, 30, (Drawn("cat", rectangle(30, 30, 3, 3, 20, 20)),)
        )
        other = self.written(tmp_path / "other", [new, *self.pictures()])
        assert self.ids(root) < self.ids(other)

    def test_a_missing_image_costs_itself(self, root: Path) -> None:
        whole = len(self.read(root).rows)
        self.image(root, "good.png").unlink()
        self.check_cost_of_good_image(root, whole, "missing_image")

    def test_an_undecodable_image_costs_itself(self, root: Path) -> None:
        whole = len(self.read(root).rows)
        self.image(root, "good.png").write_bytes(b"<html>no picture</html>")
        self.check_cost_of_good_image(root, whole, "undecodable_image")

    def test_an_image_that_is_a_link_costs_itself(
        self, root: Path, tmp_path: Path
    ) -> None:
        whole = len(self.read(root).rows)
        image = self.image(root, "good.png")
        image.replace(tmp_path / "outside.png")
        image.symlink_to(tmp_path / "outside.png")
        self.check_cost_of_good_image(root, whole, "path_escape")

    def check_cost_of_good_image(self, root: Path, whole: int, reason: str) -> None:
        """Only the two objects of good.png are lost; a mask file has no known number of them."""
        back = self.read(root)
        assert len(back.rows) == whole - 2
        assert back.reasons in ({reason: 2}, {reason: None})

    def test_a_broken_document_costs_itself(self, root: Path) -> None:
        if self.broken is None:
            pytest.skip("the format has no documents")
        whole = len(self.read(root).rows)
        file = root / self.broken
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.broken_bytes)
        back = self.read(root)
        assert len(back.rows) == whole
        assert back.reasons == {"malformed_file": None}

    def test_marks_and_line_ends_change_nothing(self, root: Path) -> None:
        before = self.read(root)
        texts = [path for pattern in self.texts for path in root.rglob(pattern)]
        for path in texts:
            path.write_bytes(
                b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
            )
        assert self.read(root).segments.equals(before.segments)
        for path in texts:
            path.write_bytes(path.read_text("utf-8-sig").encode("utf-16"))
        assert self.read(root).segments.equals(before.segments)

    def test_no_value_in_a_document_ends_the_read(self, root: Path) -> None:
        texts = [path for pattern in self.texts for path in root.rglob(pattern)]
        documents = [path for path in texts if path.suffix == ".json"]
        if not documents:
            pytest.skip("the format has no JSON")
        rng = random.Random(0)
        for _ in range(_DISTURBED_DOCUMENTS):
            path = rng.choice(documents)
            whole = path.read_text("utf-8")
            path.write_text(json.dumps(disturbed(json.loads(whole), rng)), "utf-8")
            items = planned(root, self.format, self.options, **self.settings)
            path.write_text(whole, "utf-8")
            ingest.encode_batch(items)

    def test_an_endless_label_costs_its_object(self, tmp_path: Path) -> None:
        if not self.any_label:
            pytest.skip("labels come from a small table")
        endless = Drawn("x" * 10_000, rectangle(30, 30, 2, 2, 9, 9))
        cat = Drawn("cat", rectangle(30, 30, 12, 12, 22, 22))
        root = self.written(
            tmp_path / "export", [Picture("long.png", 30, 30, (endless, cat))]
        )
        back = self.read(root)
        assert [row["label"] for row in back.rows] == ["cat"]
        assert back.reasons == {"over_limit": 1}

    def test_a_repeated_annotation_is_counted(self, tmp_path: Path) -> None:
        if not self.overlaps:
            pytest.skip("objects share no px, so none can come twice")
        cat = Drawn("cat", rectangle(30, 30, 12, 12, 22, 22))
        pot = Drawn("plant pot", rectangle(30, 30, 2, 2, 9, 9))
        picture = Picture("twice.png", 30, 30, (cat, pot, cat))
        back = self.read(self.written(tmp_path / "export", [picture]))
        assert sorted(row["label"] for row in back.rows) == ["cat", "plant pot"]
        assert back.reasons == {"duplicate_annotation": 1}

    def test_nothing_of_the_format_is_an_error_of_the_user(
        self, tmp_path: Path
    ) -> None:
        root = tmp_path / "export"
        root.mkdir()
        (root / "readme.md").write_text("nothing here")
        with pytest.raises(InputError, match="export"):
            self.read(root)
