"""The record of each stage's code, which may not change without a new version.

    python -m tests.pipelines.flow.stage_digests

records the code as it is now, in stage_digests.json. It refuses a stage whose code has
changed and whose version in `STAGE_VERSIONS` (pipelines/flow/stages.py) has not been
raised. If the file does not exist, all is recorded as it is.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from curate import formats
from curate.schema import STAGES
from pipelines.flow.stages import FLOW, STAGE_VERSIONS
from tests.pipelines.flow.reached_code import Definition, definitions, digests

RECORD = Path(__file__).with_name("stage_digests.json")
COMMAND = "python -m tests.pipelines.flow.stage_digests"

_ROOMS = ("curate.", "pipelines.flow.")

# How the stages are run, kept and reported changes nothing in what they write. A stage
# that drops for another reason, or raises another error, has changed itself.
_LEFT_OUT = (
    "curate.errors",
    "curate.reasons",
    "pipelines.flow.build",
    "pipelines.flow.cluster",
    "pipelines.flow.faults",
    "pipelines.flow.runner",
    "pipelines.flow.screen",
)


class StageRecord(msgspec.Struct):
    """A stage's version, and a digest of the code that it reaches in each module."""

    version: int
    modules: dict[str, str]


@dataclass(frozen=True)
class Difference:
    """Names of the modules in which a stage's code differs from the record."""

    changed: list[str]
    added: list[str]


def current() -> dict[str, StageRecord]:
    """The stages as they are."""
    records = {}
    for stage in STAGES:
        modules = digests(_starts(stage), _ROOMS, _LEFT_OUT)
        records[stage] = StageRecord(STAGE_VERSIONS[stage], modules)
    return records


def recorded() -> dict[str, StageRecord]:
    """The stages as they were recorded; none without the file."""
    if not RECORD.exists():
        return {}
    return msgspec.json.decode(RECORD.read_bytes(), type=dict[str, StageRecord])


def compare(old: StageRecord, new: StageRecord) -> Difference:
    """What has changed, and which modules were not reached before.

    Code that nothing reached before cannot have changed what was written.
    """
    changed = [
        name for name, digest in old.modules.items() if new.modules.get(name) != digest
    ]
    added = [name for name in new.modules if name not in old.modules]
    return Difference(changed, added)


def objection(stage: str, old: StageRecord, new: StageRecord) -> str:
    """Why a stage must not be recorded as it is; empty if it may."""
    difference = compare(old, new)
    if difference.changed and new.version <= old.version:
        return (
            f"{stage}: its code has changed in {', '.join(difference.changed)}. "
            f"Raise STAGE_VERSIONS[{stage!r}] in pipelines/flow/stages.py, so that "
            f"what the old code has built is built again; then run: {COMMAND}"
        )
    return ""


def main() -> int:
    """Record the stages, or say why not."""
    old = recorded()
    new = current()
    objections = [
        objection(stage, old[stage], new[stage]) for stage in old if stage in new
    ]
    objections = [each for each in objections if each]
    for each in objections:
        print(each, file=sys.stderr)  # noqa: T201
    if objections:
        return 1

    plain = {stage: msgspec.to_builtins(record) for stage, record in new.items()}
    RECORD.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return 0


def _starts(stage: str) -> list[Definition]:
    """Where a stage's code begins."""
    module = FLOW[stage].work.__module__
    starts = [(module, "reads"), (module, "work")]
    if stage == "ingest":
        # A format is found by its name, so no code names it.
        for name in formats.names():
            starts += definitions(f"curate.formats.{name}")
    return starts


if __name__ == "__main__":
    sys.exit(main())
