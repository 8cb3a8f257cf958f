"""One battery of tests that every format joins in a few lines:

    class TestCoco(Battery):
        format = "coco"

        def write(self, root, pictures):
            ...  # the pictures with `picture.save(root)`, and the documents that say what is drawn on them

`write` is all that must be there. It is called with an empty folder and pictures that bear objects with known masks,
and writes an export as a careful tool would; the battery reads it back through ingest and compares bit for bit. Called
with the same pictures in another order, it writes an export that means the same.

What a format cannot say is said by class attributes: `holes`, `parts` (an object of several pieces), `overlaps`,
`any_label` (False where the label of an object comes from a small table: labels are then those of `LABELS` alone),
`source` (what ingest calls its objects), `options` and `settings` (of the export). `broken` names a file that makes an
unreadable document of the format beside the good ones (None where there is no such thing), `texts` are glob patterns
of the text files that tools may begin with a byte-order mark and end lines in with \\r\\n. Where masks bear the names
of their pictures, `image` says which file is the picture. Formats whose masks are files: `missing_image` and its
kind may then have an unknown count.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image
from upath import UPath

from curate.errors import InputError
from curate.ledger import LedgerReport, check, count
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.settings import ExportSettings
from curate.stages import ingest

Mask = NDArray[np.bool_]

_ODD_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        2**70,
        1e308,
        float("nan"),
        float("inf"),
        "",
        "text",
        "\ud800",
        "../../up.png",
        "/etc/passwd",
    ),
    *(
        [],
        [[]],
        {},
        {"a": 1},
        [None],
        ["a"],
        [1, 2],
        [[1, 2], [3, 4], [5, 6]],
        {"counts": [2**70], "size": [1, 2**70]},
    ),
)
LABELS = ("cat", "plant pot", "Straßenschild", "дерево", "猫 🐈", "شجرة", "O'Neill & <b>Söhne</b>")


@dataclass(frozen=True)
class Drawn:
    """An object with a known mask, (H, W) bool."""

    label: str
    mask: Mask


@dataclass(frozen=True)
class Picture:
    """A picture of an export. `path`: POSIX, below the folder of pictures."""

    path: str
    height: int
    width: int
    objects: tuple[Drawn, ...] = field(default=())

    def save(self, folder: Path) -> Path:
        """Writes noise of the picture's size to `folder`/`path`."""
        file = folder / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        seed = sum(self.path.encode())
        noise = np.random.default_rng(seed).integers(
            0, 256, (self.height, self.width, 3), dtype=np.uint8
        )
        Image.fromarray(noise).save(file)
        return file


@dataclass(frozen=True)
class ReadBack:
    """What ingest makes of an export."""

    segments: pa.Table
    drops: pa.Table
    ledger: LedgerReport

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.segments.to_pylist()

    @property
    def reasons(self) -> dict[str, int | None]:
        """Count by reason; None where nobody can know it; notes of count 0 left out."""
        found: dict[str, int | None] = {}
        for row in self.drops.to_pylist():
            if row["count"] != 0:
                known = found.get(row["reason"], 0)
                found[row["reason"]] = (
                    None if None in (known, row["count"]) else known + row["count"]
                )
        return found


def read_back(
    root: Path, format_: str, options: Mapping[str, Any] | None = None, **settings: Any
) -> ReadBack:
    """An export through the whole of ingest, as the stage runs it; its ledger reconciles."""
    export_settings = _settings(root, format_, options or {}, **settings)
    limits, scratch = Limits(), UPath(root.parent / f"{root.name}.scratch")
    export = ingest.open_export(export_settings, limits, scratch)
    records = ingest.read_export(export, export_settings)
    plan = list(ingest.plan(export, records, ingest.keep_in(scratch)))
    batch = ingest.decode_batch(ingest.encode_batch(plan))
    segments, drops, seen = ingest.ingest_part(batch, export_settings, export.files.root, limits)
    ledger = count(seen, segments, drops)
    check(ledger)  # LedgerError where in is not out + dropped
    return ReadBack(segments, drops, ledger)


def _settings(
    root: Path, format_: str, options: Mapping[str, Any], **settings: Any
) -> ExportSettings:
    stated = {
        "name": "test",
        "customer": "someone",
        "domain": "some",
        "licence": "CC0-1.0",
    } | settings
    return ExportSettings(path=str(root), format=format_, options=dict(options), **stated)


def _disturbed(data: Any, draw: random.Random) -> Any:
    """The document with one value, at any depth, put as another, left out or doubled."""
    if not isinstance(data, dict | list) or not data or draw.random() < 0.1:
        return draw.choice(_ODD_VALUES)
    key = draw.choice(list(data)) if isinstance(data, dict) else draw.randrange(len(data))
    how = draw.random()
    if how < 0.1:
        del data[key]
    elif how < 0.2 and isinstance(data, list):
        data.append(data[key])
    else:
        data[key] = _disturbed(data[key], draw)
    return data


def blank(height: int, width: int) -> Mask:
    return np.zeros((height, width), bool)


def rectangle(height: int, width: int, x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = blank(height, width)
    mask[y0:y1, x0:x1] = True
    return mask


class Battery:
    """The tests; a class that inherits from it and begins with Test runs them for its format."""

    format: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    settings: ClassVar[dict[str, Any]] = {}
    source: ClassVar[str] = "instance"
    holes: ClassVar[bool] = True
    parts: ClassVar[bool] = True
    overlaps: ClassVar[bool] = True
    any_label: ClassVar[bool] = True
    broken: ClassVar[str | None] = None
    broken_bytes: ClassVar[bytes] = b'{"images": [{"id": 1, "file_na'
    texts: ClassVar[Sequence[str]] = ()

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        """Write an export of the pictures into the empty folder `root`."""
        raise NotImplementedError

    def pictures(self) -> list[Picture]:
        """Several sizes, folders, scripts; objects at edges, side by side, with holes and in parts; one without any."""
        bent = rectangle(48, 64, 4, 6, 20, 40) & ~rectangle(48, 64, 12, 14, 20, 40)
        pictures = [
            Picture(
                "good.png",
                48,
                64,
                (Drawn("cat", bent), Drawn("plant pot", rectangle(48, 64, 36, 10, 56, 40))),
            ),
            Picture(
                "b/größe 1.png", 40, 30, (Drawn("Straßenschild", rectangle(40, 30, 0, 0, 30, 7)),)
            ),
            Picture("b/c/写真.png", 33, 70, tuple(self._row_of_labels(33, 70))),
            Picture(
                "two of a kind.png",
                24,
                40,
                tuple(Drawn("cat", rectangle(24, 40, x, 3, x + 9, 20)) for x in (2, 25)),
            ),
            Picture("nothing.png", 20, 20),
        ]
        return [*pictures, *self._hard_pictures()]

    def _row_of_labels(self, height: int, width: int) -> Iterator[Drawn]:
        for number, label in enumerate(LABELS):
            yield Drawn(
                label,
                rectangle(height, width, 10 * number + 1, number + 2, 10 * number + 8, height - 3),
            )

    def _hard_pictures(self) -> Iterator[Picture]:
        ring = rectangle(40, 40, 4, 4, 36, 36) & ~rectangle(40, 40, 12, 12, 20, 30)
        if self.holes:
            yield Picture("hole.png", 40, 40, (Drawn("cat", ring),))
        if self.parts:
            two = rectangle(40, 60, 2, 2, 12, 30) | rectangle(40, 60, 30, 5, 55, 11)
            yield Picture(
                "parts.png",
                40,
                60,
                (Drawn("cat", two), Drawn("plant pot", rectangle(40, 60, 20, 20, 28, 28))),
            )
        if self.overlaps:
            over = (
                Drawn("cat", rectangle(40, 40, 4, 4, 30, 30)),
                Drawn("cat", rectangle(40, 40, 20, 20, 38, 38)),
            )
            yield Picture("overlap.png", 40, 40, over)

    def image(self, root: Path, name: str) -> Path:
        """Where `write` put a picture; to be said where masks bear the same name."""
        return next(root.rglob(name))

    def read(self, root: Path) -> ReadBack:
        return read_back(root, self.format, self.options, **self.settings)

    def ids(self, root: Path) -> set[str]:
        return set(self.read(root).segments["object_id"].to_pylist())

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """An export of all pictures."""
        root = tmp_path / "export"
        root.mkdir()
        self.write(root, self.pictures())
        return root

    def test_masks_come_back_bit_for_bit(self, root: Path) -> None:
        back = self.read(root)
        assert back.reasons == {}
        drawn = [
            (picture.path.rsplit("/", 1)[-1], each.label, each.mask.tobytes())
            for picture in self.pictures()
            for each in picture.objects
        ]
        read = []
        for row in back.rows:
            size = row["image_height"], row["image_width"]
            mask = masks.decode(run_lengths.parse(row["counts"], *size))
            read.append((row["image_path"].rsplit("/", 1)[-1], row["label"], mask.tobytes()))
            y, x = np.nonzero(mask)
            assert (row["box_x0"], row["box_y0"]) == (x.min(), y.min())
            assert (row["box_x1"], row["box_y1"]) == (x.max() + 1, y.max() + 1)
            assert row["area"] == mask.sum()
            assert row["object_source"] == self.source
        assert Counter(read) == Counter(drawn)
        assert len(set(back.segments["object_id"].to_pylist())) == len(drawn)

    def test_images_are_found_where_they_stand(self, root: Path) -> None:
        assert not any("image_by_name" in row["flags"] for row in self.read(root).rows)

    def test_ids_survive_another_order(self, root: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        turned = [
            Picture(p.path, p.height, p.width, p.objects[::-1]) for p in reversed(self.pictures())
        ]
        self.write(other, turned)
        assert self.ids(other) == self.ids(root)

    def test_new_pictures_leave_old_ids_alone(self, root: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        new = Picture("a new one.png", 30, 30, (Drawn("cat", rectangle(30, 30, 3, 3, 20, 20)),))
        self.write(other, [new, *self.pictures()])
        assert self.ids(root) < self.ids(other)

    def test_a_missing_image_costs_itself(self, root: Path) -> None:
        whole = len(self.read(root).rows)
        self.image(root, "good.png").unlink()
        back = self.read(root)
        assert len(back.rows) == whole - 2
        assert back.reasons in ({"missing_image": 2}, {"missing_image": None})

    def test_an_undecodable_image_costs_itself(self, root: Path) -> None:
        whole = len(self.read(root).rows)
        self.image(root, "good.png").write_bytes(b"<html>no picture</html>")
        back = self.read(root)
        assert len(back.rows) == whole - 2
        assert back.reasons in ({"undecodable_image": 2}, {"undecodable_image": None})

    def test_an_image_that_is_a_link_costs_itself(self, root: Path, tmp_path: Path) -> None:
        whole = len(self.read(root).rows)
        image = self.image(root, "good.png")
        image.replace(tmp_path / "outside.png")
        image.symlink_to(tmp_path / "outside.png")
        back = self.read(root)
        assert len(back.rows) == whole - 2
        assert back.reasons in ({"path_escape": 2}, {"path_escape": None})

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
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
        assert self.read(root).segments.equals(before.segments)
        for path in texts:
            path.write_bytes(path.read_text("utf-8-sig").encode("utf-16"))
        assert self.read(root).segments.equals(before.segments)

    def test_no_value_in_a_document_ends_the_read(self, root: Path) -> None:
        documents = [
            path for pattern in self.texts for path in root.rglob(pattern) if path.suffix == ".json"
        ]
        if not documents:
            pytest.skip("the format has no JSON")
        draw = random.Random(0)
        for _ in range(60):
            path = draw.choice(documents)
            whole = path.read_text("utf-8")
            path.write_text(json.dumps(_disturbed(json.loads(whole), draw)), "utf-8")
            records = self.plan(root)
            path.write_text(whole, "utf-8")
            ingest.encode_batch(records)

    def plan(self, root: Path) -> list[Any]:
        """The records of an export and their images; nothing where it holds no document of the format any more."""
        settings = _settings(root, self.format, self.options, **self.settings)
        export = ingest.open_export(settings, Limits(), UPath(root.parent / "scratch"))
        try:
            return list(
                ingest.plan(export, ingest.read_export(export, settings), lambda _: "embedded")
            )
        except InputError:
            return []

    def test_an_endless_label_costs_its_object(self, tmp_path: Path) -> None:
        if not self.any_label:
            pytest.skip("labels come from a small table")
        root = tmp_path / "export"
        root.mkdir()
        objects = (
            Drawn("x" * 10_000, rectangle(30, 30, 2, 2, 9, 9)),
            Drawn("cat", rectangle(30, 30, 12, 12, 22, 22)),
        )
        self.write(root, [Picture("long.png", 30, 30, objects)])
        back = self.read(root)
        assert [row["label"] for row in back.rows] == ["cat"]
        assert back.reasons == {"over_limit": 1}

    def test_nothing_of_the_format_is_an_error_of_the_user(self, tmp_path: Path) -> None:
        root = tmp_path / "export"
        root.mkdir()
        (root / "readme.md").write_text("nothing here")
        with pytest.raises(InputError, match="export"):
            self.read(root)
