"""Objects of Labelbox's labels, of exports of any age, as annotations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curate.formats.shared.json_values import attributes, label_flags, ring
from curate.formats.shared.keys import content_digest
from curate.formats.shared.labelbox_masks import MaskNames, has_mask, number_of_masks
from curate.formats.shared.labelbox_rows import DataRow
from curate.mask_records import MaskFile
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Polygons, refused_annotation

_NAMES = ("name", "title", "value")
_OTHER_SHAPES = ("bounding_box", "bbox", "line", "point")
_ANSWERS = ("radio_answer", "checklist_answers", "text_answer", "answer", "answers")

_Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a label, or of one frame of it.

    `image`: the file name of their image. `document`: the path of the export's document.
    """

    entries: list[dict[str, Any] | None]
    row: DataRow
    image: str
    document: str

    def annotations(self, masks: MaskNames, *, is_skipped: bool) -> list[Annotation]:
        """An annotation for each object. Those of a skipped label are deleted."""
        has_one_mask = number_of_masks(self.entries) == 1
        made = []
        for number, entry in enumerate(self.entries):
            if entry is None:
                made.append(self._malformed(number))
                continue
            key = f"{self.document}#{_identity(entry)}"
            label = _label(entry)
            try:
                if is_skipped:
                    raise Refusal(Reason.DELETED, "the label was skipped")
                if not label:
                    raise Refusal(Reason.UNKNOWN_CLASS, "the object has no name")
                shape = self._shape(entry, masks, has_one_mask)
            except Refusal as refusal:
                annotation = refused_annotation(refusal, key=key, label=label)
            else:
                annotation = Annotation(
                    key=key,
                    label=label,
                    shape=shape,
                    flags=label_flags(label),
                    attributes=attributes(_answers(entry.get("classifications"))),
                )
            made.append(annotation)
        return made

    def _shape(
        self, entry: _Object, masks: MaskNames, has_one_mask: bool
    ) -> Polygons | MaskFile:
        """The shape of an object. Refusal no_mask or missing_mask."""
        if "polygon" in entry:
            return Polygons(rings=[_ring(entry["polygon"])])
        if not has_mask(entry):
            kinds = [kind for kind in _OTHER_SHAPES if kind in entry]
            raise Refusal(
                Reason.NO_MASK, f"an object with {' and '.join(kinds) or 'no shape'}"
            )

        mask = masks.find(entry, self.image)
        if mask is None and has_one_mask:
            mask = masks.beside(self.row, self.image)
        if mask is None:
            detail = f"no file of the export is the mask of {_identity(entry)}"
            raise Refusal(Reason.MISSING_MASK, detail)
        return mask

    def _malformed(self, number: int) -> Annotation:
        return Annotation(
            key=f"{self.document}#{self.image}[{number}]",
            dropped=Reason.MALFORMED_FILE,
            detail=f"{self.document}: {self.image}: objects[{number}] is no object",
        )


def _identity(entry: _Object) -> str:
    """The object's own id, or a digest of what it is."""
    for name in ("feature_id", "featureId"):
        identity = entry.get(name)
        if isinstance(identity, str) and identity:
            return identity
    return content_digest(entry)


def _label(entry: _Object) -> str:
    for name in _NAMES:
        label = entry.get(name)
        if isinstance(label, str) and label:
            return label
    return ""


def _ring(points: Any) -> list[Any]:
    """The ring of a list of points; [None] if one of them is no point."""
    if not isinstance(points, list):
        return [None]
    pairs = []
    for point in points:
        if not isinstance(point, dict):
            return [None]
        pairs.append([point.get("x"), point.get("y")])
    return ring(pairs)


def _answers(classifications: Any) -> dict[str, Any]:
    """What was answered about an object, by the name of the question."""
    answers = {}
    if isinstance(classifications, list):
        for question in classifications:
            if not isinstance(question, dict):
                continue
            for kind in _ANSWERS:
                if kind in question:
                    answers[_label(question)] = _answer(question[kind])
    return answers


def _answer(answer: Any) -> Any:
    """The name of an answer, its text, or the names of several joined by ", "."""
    if isinstance(answer, list):
        return ", ".join(str(_answer(each)) for each in answer)
    if isinstance(answer, dict):
        return answer.get("content") or _label(answer) or None
    return answer
