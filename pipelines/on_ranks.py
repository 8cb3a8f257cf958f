"""Train and judge on several ranks:

    torchrun --nproc-per-node 2 -m pipelines.on_ranks SETTINGS

Each rank reads its share of the shards by itself, so the build is a folder that all of them see.
The result is, within rounding, that of `train` and `evaluate` in one process: `batch_pixels` is
what all ranks together take in a step.
"""

import argparse
import sys
from pathlib import Path

from curate.errors import InputError
from model.evaluation.evaluate import evaluate
from model.ranks import together
from model.train import train
from pipelines.arguments import load


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
        with together():
            train(settings, _log)
            evaluate(settings, _log)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def _log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
