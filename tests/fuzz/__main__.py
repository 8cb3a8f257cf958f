"""The fuzzer: `python -m tests.fuzz` reads thousands of damaged exports (`make fuzz`).

It ends with exit 1 if one of them is not read as it must be. It prints that case, with the command
that runs it again, and keeps its input below `build/fuzz/`.
"""

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from curate.storage import digest
from tests.fuzz import cases
from tests.fuzz.samples import Sample, made_samples, real_samples, video_samples

KEPT = Path("build") / "fuzz"
"""Where the inputs of failed cases are kept."""

_MEMORY = 6_000_000_000  # of address space: more than any case may need in this process
_CASES_A_REPORT = 1000
_SLOW_SECONDS = 2


def main() -> int:
    """Run as many cases as the command line says. The exit code."""
    arguments = _arguments()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    samples = {}
    for sample in (*made_samples(), *video_samples(), *real_samples()):
        samples[sample.name] = sample
    chosen = [sample for sample in samples.values() if arguments.only in sample.name]
    print(f"{len(chosen)} samples of {len({each.format for each in chosen})} formats")

    if arguments.again:
        again = cases.read_case(arguments.again)
        return int(_failed(again, samples[again.sample], Counter()))

    counts: Counter[str] = Counter()
    failures = 0
    start = time.monotonic()
    for number in range(arguments.first, arguments.first + arguments.cases):
        rng = random.Random(f"{arguments.seed} {number}")
        case = cases.drawn_case(chosen, rng)
        failures += _failed(case, samples[case.sample], counts)
        done = number + 1 - arguments.first
        if done % _CASES_A_REPORT == 0:
            print(
                f"{done:,} cases, {time.monotonic() - start:.0f} s, {failures} failed",
                flush=True,
            )

    print(
        f"{arguments.cases:,} cases from {arguments.first:,} of seed {arguments.seed}"
    )
    for what, count in sorted(counts.items()):
        print(f"  {what:<24}{count:>9,}")
    print(f"{failures} failed")
    return int(failures > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--only", default="", help="samples with this in their name")
    parser.add_argument(
        "--again", metavar="CASE", help="run one case, as it was printed"
    )
    return parser.parse_args()


def _failed(case: cases.Case, sample: Sample, counts: Counter[str]) -> bool:
    """Run a case and count what came of it; if it fails, say how and keep its input."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            outcome = cases.run(case, sample, Path(folder))
        except (Exception, cases.Hung):
            kept = KEPT / digest(str(case))[:12]
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            print(f"\nFAILED: python -m tests.fuzz --again '{case}'\n  input: {kept}")
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
            return True

    if outcome is None:
        counts["told to the user"] += 1
        return False
    counts["objects"] += outcome.objects
    counts["cases with objects"] += outcome.objects > 0
    for reason in outcome.reasons:
        counts[f"cases with {reason}"] += 1
    if outcome.seconds > _SLOW_SECONDS:
        counts[f"cases of over {_SLOW_SECONDS} s"] += 1
        print(f"slow, {outcome.seconds:.1f} s: {case}", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
