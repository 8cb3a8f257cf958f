"""What one server may take: bytes, boxes and seconds."""

from dataclasses import dataclass, field

from curate.limits import Limits


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds on what requests may cost; whoever exceeds one is told which."""

    picture_bytes: int = 64_000_000
    """The most bytes of a picture's file."""

    json_bytes: int = 16_000_000
    """The most bytes of a request in JSON."""

    boxes: int = 64
    """In one request."""

    waiting_boxes: int = 512
    """The most boxes that wait for an answer, of all requests together."""

    objects: int = 2_000
    """That are kept for one picture."""

    connections: int = 64
    """At the same time."""

    body_seconds: float = 60.0
    """Until a request must have arrived."""

    answer_seconds: float = 30.0
    """Until a request for masks must be answered."""

    cached_bytes: int = 1_000_000_000
    """The most bytes of decoded pictures in memory."""

    kept_bytes: int = 10_000_000_000
    """The most bytes of pictures' files on the disk; those without objects make room."""

    answers_bytes: int = 1_000_000_000
    """The most bytes of answers that are kept for the loop. The oldest days make room."""

    decoding: Limits = field(default_factory=lambda: Limits(child_seconds=20.0))
    """The limits of the child process in which pictures are decoded."""
