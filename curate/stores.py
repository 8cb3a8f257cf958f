"""Object stores behind fsspec URLs (S3 and its like): what differs from this machine's disks.

Keys, endpoints and the number of retries are the environment's, as each store's client reads
them (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `AWS_MAX_ATTEMPTS`, …): no setting holds a secret.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
from upath import UPath

_LOCAL = ("", "file", "local")
_STORES = ("abfs", "abfss", "az", "gcs", "gs", "oss", "r2", "s3", "s3a")

# What a store says of a file for good. Anything else may be gone when it is asked again.
_ANSWERS = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)

# The clients beneath fsspec; their exceptions are not all OSErrors.
_CLIENTS = frozenset(
    [
        "adlfs",
        "aiobotocore",
        "aiohttp",
        "azure",
        "botocore",
        "fsspec",
        "gcsfs",
        "google",
        "s3fs",
    ]
)


class StoreUnavailable(Exception):
    """A store did not answer, or said that it was busy: the same request may succeed later.

    It never costs an image: who meets it has to stop, and try again.
    """


def is_local(path: UPath) -> bool:
    """Whether a path is of this machine's own file system."""
    return getattr(path, "protocol", "") in _LOCAL


def is_here(name: str) -> bool:
    """The same of a file's name. An absolute path is no URL: it takes no time to see that."""
    return name.startswith("/") or is_local(UPath(name))


@contextmanager
def reaching(path: UPath) -> Iterator[None]:
    """Raise StoreUnavailable for what the store of `path` raises, unless it is an answer.

    That a file is not there, or that it is forbidden, is one. Files of this machine raise
    what they always do. Put nothing into the block but the access to the path.
    """
    try:
        yield
    except _ANSWERS:
        raise
    except Exception as error:
        if is_local(path):
            raise
        raise StoreUnavailable(f"{path}: {_words_of(error)}") from error


def unavailable(error: BaseException) -> StoreUnavailable | None:
    """What an exception says of a store that does not answer; None if it says nothing of one.

    For places that know no path: the client that raised it, or what is behind it, tells.
    """
    if isinstance(error, StoreUnavailable):
        return error
    if isinstance(error, _ANSWERS):
        return None
    for each in (error, error.__cause__):
        if type(each).__module__.partition(".")[0] in _CLIENTS:
            return StoreUnavailable(_words_of(error))
    return None


def forget_listings() -> None:
    """Have this process ask stores anew, each time, what they hold.

    fsspec keeps listings for the life of a process. A worker would not see the files that
    the others have written since.
    """
    for protocol in _STORES:
        options = fsspec.config.conf.setdefault(protocol, {})
        options["use_listings_cache"] = False


def _words_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
