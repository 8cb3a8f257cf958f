"""Which run of a build is in use: `<build>/promoted.json`, and how it came to that.

Whatever answers for others takes the promoted run. A promotion adds a step to the history, and so
does a rollback, which returns to the run that was promoted before: nothing is ever taken out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

import filelock
import msgspec
from upath import UPath

from curate.errors import InputError
from curate.storage import read_record, write_json
from curate.stores import is_local

PROMOTED = "promoted"
"""The name by which people and settings call the promoted run."""

_WAIT = 10.0  # seconds, for another promotion to end


class PromotionStep(msgspec.Struct, frozen=True):
    """A change of the promoted run."""

    when: str
    """UTC, as ISO 8601 has it."""

    how: Literal["promoted", "rolled back"]
    run: int
    """The run that is in use from then on."""

    model: str
    """Digest of its checkpoint."""


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """The file promoted.json."""

    schema_version: int = 1
    run: int
    """The run in use."""

    model: str
    """Digest of its checkpoint."""

    history: list[PromotionStep]
    """All changes, the first one first."""

    @property
    def stack(self) -> list[PromotionStep]:
        """The promotions that are not rolled back; the last one is in use."""
        steps: list[PromotionStep] = []
        for step in self.history:
            if step.how == "promoted":
                steps.append(step)
            else:
                steps.pop()
        return steps


def read_promotion(build: UPath) -> Promotion | None:
    """What is promoted in a build; None if nothing is yet. InputError if the file is broken."""
    return read_record(_path(build), Promotion)


def add_promotion(build: UPath, run: int, model: str) -> Promotion:
    """Promote a run, given by its number and the digest of its checkpoint."""
    with _held(build):
        before = read_promotion(build)
        history = []
        if before is not None:
            history = before.history
        return _write(build, history, PromotionStep(now(), "promoted", run, model))


def add_rollback(build: UPath, expected: PromotionStep) -> Promotion:
    """Return to the run that was promoted before. InputError if it is not the expected one."""
    with _held(build):
        before = read_promotion(build)
        if before is None or before.stack[-2:-1] != [expected]:
            raise InputError(
                f"{_path(build)}: has changed meanwhile; look with 'runs', then try again"
            )
        step = PromotionStep(now(), "rolled back", expected.run, expected.model)
        return _write(build, before.history, step)


def last_promoted_but(build: UPath, model: str) -> PromotionStep | None:
    """The promotion in use, or the one before if this very model is in use; or None."""
    promotion = read_promotion(build)
    if promotion is None:
        return None
    for step in reversed(promotion.stack):
        if step.model != model:
            return step
    return None


def now() -> str:
    """The time in UTC, to the second, as ISO 8601 has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(
    build: UPath, history: list[PromotionStep], step: PromotionStep
) -> Promotion:
    promotion = Promotion(run=step.run, model=step.model, history=[*history, step])
    write_json(_path(build), promotion)
    return promotion


def _path(build: UPath) -> UPath:
    return build / f"{PROMOTED}.json"


@contextmanager
def _held(build: UPath) -> Iterator[None]:
    """Keep other promotions on this machine out, so that no step of the history is lost."""
    if not is_local(build):
        yield
        return
    try:
        with filelock.FileLock((build / f".{PROMOTED}.lock").path, timeout=_WAIT):
            yield
    except filelock.Timeout:
        raise InputError(
            f"{_path(build)}: another promotion does not end; look for it, then try again"
        ) from None
