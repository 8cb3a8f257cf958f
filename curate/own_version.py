"""The version of this project, as it is installed."""

from importlib.metadata import PackageNotFoundError, version

NOT_INSTALLED = "not installed"


def own_version() -> str:
    """The version; `NOT_INSTALLED` in a clone that is on the path, and not installed."""
    try:
        return version("segcurate")
    except PackageNotFoundError:
        return NOT_INSTALLED
