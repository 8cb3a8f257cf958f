"""`predict`: masks for all boxes of a COCO document, as COCO."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.exports.child import ChildDied
from curate.exports.files import Files, list_files
from curate.exports.finding import find_image
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.simple_polygons import coco_rings
from curate.reasons import Fault, Reason, Refusal
from curate.storage import write_bytes
from pipelines.flow.screen import Screen
from pipelines.load_segmenter import load_segmenter
from pipelines.loop.boxes_document import (
    BAD_BOX,
    AskedImage,
    BoxesDocument,
    Entry,
    Question,
    Unanswered,
    read_boxes,
)
from pipelines.loop.downloads import Segmentation
from pipelines.loop.masks_as_asked import regions_in_picture
from pipelines.loop.picture_cache import decode_apart
from pipelines.loop.records import CompressedMask
from pipelines.loop.starting import Chosen

if TYPE_CHECKING:
    from model.predict import Segmenter, WindowAnswer

NOTES = "segcurate"
"""The key of the written document that says what became of its boxes."""

_BOXES_AT_ONCE = 8  # answers in memory; one may be as large as the picture
_SHOWN = 20  # lines of the summary


class Predicted(msgspec.Struct, frozen=True):
    """What became of the boxes of a document: answered + kept + unanswered = annotations."""

    file: str
    model: str
    annotations: int
    answered: int
    kept: int
    """Those that had a mask already, which stays."""

    unanswered: list[Unanswered]


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the boxes of all images are asked with."""

    segmenter: "Segmenter"
    files: Files
    limits: Limits
    form: Segmentation


def predict(
    model: Chosen, boxes: Path, images: Path, out: Path, form: Segmentation
) -> Predicted:
    """Answer each box of the document `boxes`, and write the document with masks.

    `images`: the folder below which the images are. Images are opened one after the other.
    InputError if the document, the folder or the model cannot be read.
    """
    if out.resolve() == boxes.resolve():
        raise InputError(
            f"{out}: is the document of the boxes itself; give another name"
        )
    if not images.is_dir():
        raise InputError(f"{images}: no such folder")
    limits = Limits()
    document = read_boxes(UPath(boxes), limits)
    files = list_files(UPath(images), limits)
    segmenter = load_segmenter(model.path, Screen().note)
    asking = _Asking(segmenter, files, limits, form)

    answered = 0
    with Screen().steps("predict", len(document.asked)) as advance:
        for image in document.asked:
            answered += _answer_image(document, image, asking)
            advance(1)

    document.unanswered.sort(key=lambda left: left.place)
    predicted = Predicted(
        file=str(out),
        model=model.name,
        annotations=len(document.content["annotations"]),
        answered=answered,
        kept=document.kept,
        unanswered=document.unanswered,
    )
    document.content[NOTES] = predicted
    write_bytes(UPath(out), msgspec.json.encode(document.content))
    return predicted


def text(predicted: Predicted) -> str:
    """The counts, the reasons, and the first boxes without a mask."""
    lines = [
        f"{predicted.file}: {predicted.annotations:,} annotations, "
        f"{predicted.answered:,} answered by {predicted.model}, "
        f"{predicted.kept:,} with a mask of their own, "
        f"{len(predicted.unanswered):,} without an answer"
    ]
    reasons = Counter(left.reason for left in predicted.unanswered)
    lines += [f"  {reason}: {count:,}" for reason, count in reasons.most_common()]
    for left in predicted.unanswered[:_SHOWN]:
        where = f"annotations[{left.place}], id {left.annotation_id!r}, image {left.file_name!r}"
        lines.append(f"  {where}: {left.reason}: {left.detail}")
    if len(predicted.unanswered) > _SHOWN:
        lines.append(f"  … all of them: the key {NOTES} of the file")
    return "\n".join(lines)


def fault_of(predicted: Predicted) -> str:
    """What says that images were lost to bugs of ours; empty if none was."""
    faults = [left for left in predicted.unanswered if left.reason == Reason.FAULT]
    if not faults:
        return ""
    first = faults[0]
    return f"{len(faults)} boxes lost to a bug; the first, {first.file_name}: {first.detail}"


def _answer_image(document: BoxesDocument, image: AskedImage, asking: _Asking) -> int:
    """Put the masks into the annotations of an image. The number of them that got one."""
    try:
        pixels = _pixels(image, asking)
    except Refusal as refusal:
        for question in image.questions:
            document.leave(question, image, refusal.reason, refusal.detail)
        return 0

    height, width, _ = pixels.shape
    image.entry.update(width=width, height=height)
    inside = _inside(document, image, width, height)
    answered = 0
    for first in range(0, len(inside), _BOXES_AT_ONCE):
        some = inside[first : first + _BOXES_AT_ONCE]
        boxes = [question.box for question in some]
        answers = asking.segmenter.answer_windows([pixels] * len(boxes), boxes)
        for question, answer in zip(some, answers, strict=True):
            found = _as_coco(answer, height, width, asking.form)
            if found is None:
                why = "the model finds nothing in the box"
                document.leave(question, image, Reason.EMPTY_MASK, why)
                continue
            question.annotation["drawn_bbox"] = question.annotation["bbox"]
            question.annotation.update(found)
            answered += 1
    return answered


def _pixels(image: AskedImage, asking: _Asking) -> Pixels:
    """The picture of an image, decoded apart. Refusal if none has the stated size."""
    path, _ = find_image(asking.files, image.name, "")
    data = asking.files.read(path, asking.limits)
    try:
        pixels = decode_apart(data, asking.limits)
    except ChildDied as death:
        reason = Reason.IMAGE_BOMB if death.memory else Reason.UNDECODABLE_IMAGE
        raise Refusal(reason, death.detail) from None
    except Fault as fault:
        raise Refusal(Reason.FAULT, fault.summary) from None

    height, width, _ = pixels.shape
    stated = (image.entry.get("width") or width, image.entry.get("height") or height)
    if stated != (width, height):
        raise Refusal(
            Reason.MASK_SIZE_MISMATCH,
            f"the document says {stated[0]} × {stated[1]} px, the picture as displayed is "
            f"{width} × {height} px: its boxes are in another frame",
        )
    return pixels


def _inside(
    document: BoxesDocument, image: AskedImage, width: int, height: int
) -> list[Question]:
    """The questions whose box lies on the picture."""
    from model.drawn_box import OutsideImage, checked_box

    inside = []
    for question in image.questions:
        try:
            checked_box(question.box, width, height)
        except OutsideImage as error:
            document.leave(question, image, Reason.OUTSIDE_IMAGE, str(error))
        except InputError as error:
            document.leave(question, image, BAD_BOX, str(error))
        else:
            inside.append(question)
    return inside


def _as_coco(
    answer: "WindowAnswer", height: int, width: int, form: Segmentation
) -> Entry | None:
    """What an annotation gets of an answer; None if there is no mask."""
    left, top, _, _ = answer.window
    runs = masks.place(answer.mask, left, top, height, width)
    if runs.is_empty:
        return None
    segmentation: Any = CompressedMask((height, width), run_lengths.compress(runs))
    if form == "polygons":
        segmentation = coco_rings(regions_in_picture(answer))

    x0, y0, x1, y1 = masks.box(runs)
    found: Entry = {
        "segmentation": segmentation,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": masks.area(runs),
        "iscrowd": 0,
    }
    if answer.expected_iou is not None:
        found["score"] = round(answer.expected_iou, 3)
    return found
