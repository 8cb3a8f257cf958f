"""The environment of programs that are timed from their start."""

import os


def keeping_bytecode() -> dict[str, str]:
    """This process's environment, in which Python keeps the bytecode of what it imports.

    Where it must not (PYTHONDONTWRITEBYTECODE), each process of a run compiles some 300 files anew,
    which takes a second of the processor. That is no part of the work.
    """
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment
