"""Why an annotation does not go on: the one place where the ledger's reasons are named."""

from enum import StrEnum


class Reason(StrEnum):
    """A reason of the ledger. `meaning` explains it to the reader of a report in one line."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Reason":  # noqa: D102
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    # files
    UNREADABLE_FILE = "unreadable_file", "the file cannot be opened or read"
    MALFORMED_FILE = (
        "malformed_file",
        "the file, or one line of it, is not what its format says",
    )
    REFUSED_MARKUP = (
        "refused_markup",
        "the file declares entities or object tags, which are never expanded",
    )
    OVER_LIMIT = (
        "over_limit",
        "nesting, size or count is beyond the limits of the settings",
    )
    ARCHIVE_ESCAPE = (
        "archive_escape",
        "the archive writes or links outside its own folder",
    )
    ARCHIVE_BOMB = "archive_bomb", "the archive unpacks to more than the limits allow"
    ARCHIVE_ENCRYPTED = "archive_encrypted", "the archive is encrypted"
    PATH_ESCAPE = (
        "path_escape",
        "a path leaves the export, is a link, pipe or device, or is a URL",
    )
    # images and mask files
    MISSING_IMAGE = "missing_image", "the annotated image is not in the export"
    AMBIGUOUS_IMAGE = (
        "ambiguous_image",
        "two images fit one name, or an image id occurs twice",
    )
    UNDECODABLE_IMAGE = "undecodable_image", "the file cannot be decoded as a picture"
    TRUNCATED_IMAGE = (
        "truncated_image",
        "the picture ends too early, and pixels are missing",
    )
    IMAGE_BOMB = "image_bomb", "the picture has more pixels than the limits allow"
    UNSUPPORTED_IMAGE = (
        "unsupported_image",
        "the picture's pixel mode has no stated conversion to RGB",
    )
    MISSING_MASK = "missing_mask", "the mask file is not in the export"
    UNDECODABLE_MASK = "undecodable_mask", "the mask file cannot be decoded"
    # annotations
    DUPLICATE_ANNOTATION = (
        "duplicate_annotation",
        "its image has the same label and mask already; the first one is kept",
    )
    UNKNOWN_CLASS = "unknown_class", "the class is not declared by the export"
    UNKNOWN_IMAGE = "unknown_image", "the image is not declared by the export"
    BAD_RUN_LENGTHS = (
        "bad_run_lengths",
        "the run-lengths are garbage or do not sum to the size of their mask",
    )
    BAD_BITMAP = "bad_bitmap", "the embedded bitmap cannot be decoded"
    BAD_POLYGON = (
        "bad_polygon",
        "fewer than three points, or a number that is no finite number",
    )
    EMPTY_MASK = "empty_mask", "the mask has no pixel"
    OUTSIDE_IMAGE = "outside_image", "the mask lies outside its image"
    MASK_SIZE_MISMATCH = (
        "mask_size_mismatch",
        "the annotated size is not of the proportions of its image",
    )
    NO_MASK = "no_mask", "a box, line, point or tag: an annotation without a mask"
    DELETED = "deleted", "the annotation tool marks it as deleted or cancelled"
    CROWD = "crowd", "one region over many objects"
    # ours
    FAULT = (
        "fault",
        "a bug of this program; its traceback is in the build's folder `faults`",
    )
    KILLED_WORKER = (
        "killed_worker",
        "each worker that opened the image ended, most likely for want of memory",
    )
    # decisions
    UNMAPPED_LABEL = (
        "unmapped_label",
        "the label has no concept yet; it waits in the review queue",
    )
    BACKGROUND = "background", "stuff, void or a concept that is not salient"
    REJECTED_LABEL = "rejected_label", "a reviewer rejected the label"
    REJECTED_OBJECT = (
        "rejected_object",
        "a reviewer rejected this one object, by its id",
    )
    SPLIT_LABEL = (
        "split_label",
        "the label means several concepts, and no rule says which one this object is",
    )
    TOO_SMALL = (
        "too_small",
        "a side of the box, or the area, is below the minimum of the filter",
    )
    TOO_LARGE_SHARE = (
        "too_large_share",
        "the mask covers more of the image than the filter allows",
    )
    FLAGGED = "flagged", "the object has a flag that the filter's `drop_flags` names"
    CAPPED = "capped", "a cap of the balance was reached"
    DOUBTFUL_DELIVERY = (
        "doubtful_delivery",
        "the masks of its delivery look wrong as a whole; balance.accept lifts this",
    )
    LEAK_GUARD = (
        "leak_guard",
        "a train object whose group now holds a pinned test image",
    )
    HELD_OUT = (
        "held_out",
        "its concept is kept out of training by split.hold_out_concepts",
    )


class Fault(Exception):
    """An exception that no rule foresees, met in the child process: a bug of ours, never bad input.

    `summary`: its type and message in a line. `trace`: its traceback, as Python prints it.
    """

    def __init__(self, summary: str, trace: str) -> None:
        super().__init__(summary)
        self.summary = summary
        self.trace = trace


class Refusal(Exception):
    """What bad input raises inside the library: a reason of the ledger, and a detail for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
