"""kaggle: tables of run-lengths, as contests on Kaggle give them: a line for each mask.

Tools: Kaggle (Airbus, Severstal, HuBMAP, Carvana, TGS, Data Science Bowl, Sartorius, UW-Madison)
Versions: any
Masks: run-lengths
Gives: instances

Documents: every .csv file with a column of images and one of run-lengths. Images are under
`ImageId`, `image_id`, `id`, `img`, `image`, `filename` or `file_name`; run-lengths are under
`EncodedPixels`, `encoding`, `rle`, `rle_mask`, `segmentation` or `annotation`, and hold numbers
alone. Columns `Image_Label` and `ImageId_ClassId` hold an image and, after the last `_`, a class.
Other tables are left alone, and so are submissions (`sample_submission.csv`), whose masks are made
up. A line that has too few cells costs itself.

Images: from the table's folder or the root, in `train`, `train_images`, `images` or `train_v2`,
then by file name; a name without a suffix takes that of its file, if one picture outside folders
of masks is called so. `height` and `width` of a line are the size of its image.

Objects: each line with run-lengths is one object, in one piece or in several; where a line holds
all px of a class, `objects: components` in the settings cuts it into 8-connected pieces. Runs are
a start and a length. They go column by column (top to bottom, then to the right), but row by row in
columns called `segmentation` and `annotation`. A mask whose px clearly hang together in the other
order goes in that. In a square image, and of specks, the px cannot tell: these go as the masks of
their table that can; if none can, they are flagged `order_unsure`: look at the page of `inspect`,
and say it by the option. Starts count from 1; from 0 if one of the table is 0, or if its objects
that reach the image's edge show it. A line with an empty cell or -1 says that an image has no
object.

Labels: the column `ClassId`, `CategoryId`, `class`, `class_name`, `label`, `category` or
`cell_type`; without it option `label`, or the export's name.

Keys: `TABLE#` and a digest of image, label and runs.

Options:

- `order`: `columns` or `rows`, for all run-lengths; `auto` (the default) as above.
- `label`: the class of masks that have none.

What is dropped: `bad_run_lengths`, `missing_image`, `ambiguous_image`, `mask_size_mismatch` and
`malformed_file`.
"""

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.file_names import folder_role
from curate.exports.paths import ancestors, suffix
from curate.formats.shared.json_values import label_flags
from curate.formats.shared.keys import content_digest
from curate.formats.shared.options import stated_choice
from curate.formats.shared.picture_names import pictures_by_name
from curate.formats.shared.table_lines import split_line
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem, StartedRuns

OPTIONS = ("order", "label")

_FOLDERS = ("train", "train_images", "images", "train_v2")

_IMAGES = ("imageid", "image_id", "id", "img", "image", "filename", "file_name")
_IMAGES_WITH_CLASS = ("image_label", "imageid_classid")
_RUNS = ("encodedpixels", "encoding", "rle", "rle_mask", "segmentation", "annotation")
_RUNS_BY_ROWS = ("segmentation", "annotation")  # UW-Madison, Sartorius
_CLASSES = (
    *("classid", "class_id", "categoryid", "class", "class_name", "label"),
    *("category", "cell_type"),
)
_NONE = ("", "-1", "nan")
_NUMBERS = re.compile(r"[\d\s]*|-1|nan", re.IGNORECASE)
_MOST_LOOKED_AT = 100  # lines by which a table is known
_NOT_READ = "a submission: its masks are made up"
_NO_TABLE = "no table of images and run-lengths"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which cells of a line say what; None for what the table does not have."""

    image: int
    runs: int
    label: int | None
    height: int | None
    width: int | None
    label_in_image: bool
    by_rows: bool
    first: int
    """The number of an image's first px: 1, or 0."""

    @property
    def needed(self) -> int:
        """Cells that a line must have."""
        return max(self.image, self.runs) + 1


@dataclass(frozen=True, slots=True)
class _Row:
    """What a line says."""

    image: str
    label: str
    runs: str
    height: int | None
    width: int | None
    """Of the image, px; None if the table does not say."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the tables of an export are read."""

    export: Export
    order: str
    label: str
    paths: Mapping[str, str]
    """Pictures by the names under which tables may mean them."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image of each table."""
    order = stated_choice(export, "order", ("auto", "columns", "rows"))
    label = str(export.options.get("label") or export.name)
    reading = _Reading(export, order, label, _pictures_by_stem(export))
    found = False
    for path in export.files.paths:
        if suffix(path) != ".csv":
            continue
        try:
            lines = export.read_text(path).split("\n")
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=path, count=None)
            continue
        columns = _columns(lines)
        if columns is None:
            yield export.ignored(path, _NO_TABLE)
        elif "submission" in posixpath.basename(path).lower():
            yield export.ignored(path, _NOT_READ)
        else:
            found = True
            yield from _read_table(reading, path, lines[1:], columns)
    if not found:
        raise NotOfFormat(
            f"export {export.name}: no .csv file with columns of images and run-lengths"
        )


def _columns(lines: list[str]) -> _Columns | None:
    """The columns of a table; None if the table has no run-lengths."""
    names = [name.strip().lower() for name in split_line(lines[0], ",")]
    with_class = _place(names, _IMAGES_WITH_CLASS)
    image = with_class
    if with_class is None:
        image = _place(names, _IMAGES)
    runs = _place(names, _RUNS)
    if image is None or runs is None:
        return None

    columns = _Columns(
        image=image,
        runs=runs,
        label=_place(names, _CLASSES),
        height=_place(names, ("height",)),
        width=_place(names, ("width",)),
        label_in_image=with_class is not None,
        by_rows=names[runs] in _RUNS_BY_ROWS,
        first=1,
    )
    filled = [split_line(line, ",") for line in lines[1:_MOST_LOOKED_AT]]
    cells = [row[runs] for row in filled if len(row) >= columns.needed]
    # One bad cell makes no other table; JSON in most of them does.
    numbers = [cell for cell in cells if _NUMBERS.fullmatch(cell)]
    if 2 * len(numbers) < len(cells):
        return None
    return columns


def _place(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The place of the first of some columns that a table has."""
    for name in wanted:
        if name in names:
            return names.index(name)
    return None


def _read_table(
    reading: _Reading, path: str, lines: list[str], columns: _Columns
) -> Iterator[ReadItem]:
    """The images of a table in the order of their first lines, and drops of its bad lines."""
    by_image: defaultdict[str, list[_Row]] = defaultdict(list)
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            row = _row(reading, line, columns)
        except Refusal as refusal:
            named = Refusal(refusal.reason, f"{path}: line {number}: {refusal.detail}")
            yield reading.export.drop(named, annotation_key=f"{path}#{number}")
            continue
        by_image[row.image].append(row)

    if _counts_from_0(by_image.values()):
        columns = replace(columns, first=0)
    for image, rows in by_image.items():
        found = reading.paths.get(image, "")
        drawn = [row for row in rows if row.runs.lower() not in _NONE]
        yield ImageRecord(
            name=found or image,
            document="" if found else path,
            annotations=[_annotation(reading, path, row, columns) for row in drawn],
            height=rows[0].height,
            width=rows[0].width,
            folders=list(_FOLDERS),
        )


def _row(reading: _Reading, line: str, columns: _Columns) -> _Row:
    """What a line says. Refusal malformed_file."""
    cells = split_line(line, ",")
    if len(cells) < columns.needed:
        raise Refusal(Reason.MALFORMED_FILE, f"{len(cells)} cells are too few")

    image = cells[columns.image].strip()
    label = reading.label
    if columns.label_in_image:
        image, gap, label = image.rpartition("_")
        if not gap:
            raise Refusal(Reason.MALFORMED_FILE, f"{label!r} is no IMAGE_CLASS")
    elif columns.label is not None and columns.label < len(cells):
        label = cells[columns.label]
    return _Row(
        image=image,
        label=label,
        runs=cells[columns.runs].strip(),
        height=_number(cells, columns.height),
        width=_number(cells, columns.width),
    )


def _annotation(
    reading: _Reading, path: str, row: _Row, columns: _Columns
) -> Annotation:
    return Annotation(
        key=f"{path}#{content_digest(row.image, row.label, row.runs)}",
        label=row.label,
        shape=_shape(reading, path, row.runs, columns),
        flags=label_flags(row.label),
    )


def _shape(reading: _Reading, path: str, runs: str, columns: _Columns) -> StartedRuns:
    usual = StartedRuns(
        text=runs, by_rows=columns.by_rows, first=columns.first, table=path
    )
    if reading.order == "auto":
        return usual
    return msgspec.structs.replace(
        usual, by_rows=reading.order == "rows", known="stated"
    )


def _counts_from_0(images: Iterable[list[_Row]]) -> bool:
    """Whether more masks of a table begin at px 0 than at px 1."""
    begins_at: Counter[str] = Counter()
    for rows in images:
        begins_at.update(row.runs.partition(" ")[0] for row in rows)
    return begins_at["0"] > begins_at["1"]


def _number(cells: list[str], place: int | None) -> int | None:
    """The whole number in a cell, or None."""
    if place is None or place >= len(cells):
        return None
    text = cells[place].strip().removesuffix(".0")
    if text.isascii() and text.isdigit() and len(text) < 8:
        return int(text)
    return None


def _pictures_by_stem(export: Export) -> dict[str, str]:
    """The one picture of each name without a suffix, those in folders of masks left out."""
    outside = [path for path in export.files.paths if not _is_in_masks(path)]
    only = {}
    for name, paths in pictures_by_name(outside).items():
        if len(paths) == 1:
            only[name] = paths[0]
    return only


def _is_in_masks(path: str) -> bool:
    """Whether a folder above a file is one of masks."""
    roles = {folder_role(posixpath.basename(folder)) for folder in ancestors(path)}
    return not roles.isdisjoint(("mask", "objects", "ignored"))
