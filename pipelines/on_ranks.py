"""Train and judge on several ranks:

    torchrun --nproc-per-node 2 -m pipelines.on_ranks SETTINGS

Each rank reads its share of the shards by itself, so the build is a folder that all of them see.
The result is, within rounding, that of `train` and `evaluate` in one process: `batch_pixels` is
what all ranks together take in a step.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

from curate.errors import InputError
from model.evaluation.evaluate import evaluate
from model.ranks import is_first, together
from model.train import train
from pipelines.arguments import load
from pipelines.flow.build import held


def main() -> None:
    """Train, then judge; exit code 2 if the input is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("settings", type=Path)
    arguments = parser.parse_args()
    try:
        settings = load(arguments.settings, root=None)
        with together(), _alone(settings.build):
            train(settings, _log)
            evaluate(settings, _log)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


@contextmanager
def _alone(build: str) -> Iterator[None]:
    """Keep other runs out of the build; the first rank does so for all of them."""
    if not is_first():
        yield
        return
    with held(UPath(build)):
        yield


def _log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
