"""Writes the scenes that the base model learns from: `python -m examples.scenes OUT --scenes 6000`.

One COCO export per kind of view. The same seed gives the same files with any number of processes.
"""

import argparse
import os
from pathlib import Path

from examples.scenes.exports import write_exports


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenes", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    objects = write_exports(
        asked.out,
        asked.scenes,
        asked.seed,
        asked.processes,
    )
    total = sum(objects.values())
    print(f"{asked.out}: {asked.scenes} scenes, {total} objects ({objects})")


if __name__ == "__main__":
    main()
