"""`ingest` to `shard`: one stage of the curation, after those before it."""

import msgspec

from curate.ledger import LedgerReport
from curate.settings import Settings
from pipelines.flow.faults import StageFaults
from pipelines.flow.runner import run_stages
from pipelines.flow.stages import FLOW
from pipelines.flow.start import start_run


class Curation(msgspec.Struct, frozen=True):
    """What the stages have done: their ledgers by name, warnings, and faults."""

    stages: dict[str, LedgerReport]
    warnings: list[str]
    faults: list[StageFaults]


def curate(settings: Settings, last: str) -> Curation:
    """Bring the stages up to `last` up to date."""
    with start_run(settings) as run:
        ledgers = run_stages(run, FLOW, last)
    return Curation(ledgers, run.screen.warnings, run.faults)
