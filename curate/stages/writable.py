"""Records as our files can hold them.

Exports hold text that is no valid Unicode, numbers of any size, and endless ids.
"""

import msgspec

from curate.drops import Drop, FaultReport, make_drop
from curate.flags import Flag
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord
from curate.text import encodable


def writable_record(record: ImageRecord, limits: Limits) -> ImageRecord:
    """The record as our files can hold it.

    An annotation whose key is too long is marked as dropped.
    """
    # It fails on lone surrogates, and on numbers of more than 64 bits.
    try:
        msgspec.msgpack.encode(record)
    except (UnicodeEncodeError, OverflowError):
        record = _with_plain_text(record)

    longest = limits.label_characters
    annotations = record.annotations
    if any(len(each.key) > longest for each in annotations):
        annotations = [_with_short_key(each, longest) for each in annotations]
        record = msgspec.structs.replace(record, annotations=annotations)
    return record


def _with_plain_text(record: ImageRecord) -> ImageRecord:
    """The record with replacement characters for what cannot be written.

    An annotation whose label changes so is flagged.
    """
    values = msgspec.to_builtins(record, builtin_types=(bytes,))
    plain = msgspec.convert(encodable(values), ImageRecord)

    annotations = []
    for before, after in zip(record.annotations, plain.annotations, strict=True):
        if after.label != before.label:
            flags = [*after.flags, Flag.REPLACED_CHARACTERS]
            after = msgspec.structs.replace(after, flags=flags)
        annotations.append(after)
    return msgspec.structs.replace(plain, annotations=annotations)


def _with_short_key(annotation: Annotation, longest: int) -> Annotation:
    """The annotation; marked as dropped if its key is too long, with the key's start."""
    length = len(annotation.key)
    if length <= longest:
        return annotation
    detail = f"an annotation id of {length:,} characters, more than {longest:,}"
    return Annotation(
        key=annotation.key[:longest], dropped=Reason.OVER_LIMIT, detail=detail
    )


def writable_drop(drop: Drop) -> Drop:
    """The drop with replacement characters for what cannot be written."""
    try:
        msgspec.msgpack.encode(drop)
    except UnicodeEncodeError:
        plain = msgspec.convert(encodable(msgspec.to_builtins(drop)), Drop)
        return make_drop(
            Refusal(plain.reason, plain.detail),
            export=plain.export,
            image_path=plain.image_path,
            annotation_key=plain.annotation_key,
            count=plain.count,
        )
    return drop


def writable_report(report: FaultReport) -> FaultReport:
    """The report with replacement characters for what cannot be written."""
    plain = encodable(msgspec.to_builtins(report))
    return msgspec.convert(plain, FaultReport)
