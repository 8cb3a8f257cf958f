"""What is wrong with a request, and the HTTP status that says so."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from curate.errors import InputError
from curate.exports.child import ChildDied
from curate.reasons import Refusal

DENIED = 403
UNKNOWN = 404
TOO_SLOW = 408
CHANGED = 409
TOO_LARGE = 413
UNUSABLE = 422
BUSY = 503
FULL = 507


class Problem(Exception):
    """A request that gets no answer. `status`: of HTTP; `words`: what is wrong."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@contextmanager
def telling() -> Iterator[None]:
    """Turn what the library says of bad input into a Problem."""
    try:
        yield
    except Refusal as refusal:
        raise Problem(UNUSABLE, f"{refusal.reason.value}: {refusal.detail}") from None
    except ChildDied as death:
        raise Problem(UNUSABLE, f"the picture: {death.detail}") from None
    except InputError as error:
        raise Problem(UNUSABLE, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(UNUSABLE, f"the request's JSON: {error}") from None
