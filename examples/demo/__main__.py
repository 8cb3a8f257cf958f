"""Writes the demo's exports: `python -m examples.demo build/demo/exports`."""

import argparse
import os
from pathlib import Path

from examples.demo.exports import write_exports


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--processes",
        type=int,
        default=min(4, os.cpu_count() or 1),
    )
    asked = parser.parse_args()
    write_exports(asked.out, asked.processes)
    sizes = [path.stat().st_size for path in asked.out.rglob("*") if path.is_file()]
    print(f"{asked.out}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
