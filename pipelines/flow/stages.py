"""The table of the stages: one line for each, with the version of its code.

The order of the stages is that of `curate.schema.STAGES`.
"""

from pipelines.flow import (
    balancing,
    filtering,
    ingesting,
    remapping,
    sharding,
    splitting,
)
from pipelines.flow.runner import Stage

STAGE_VERSIONS = {
    "ingest": 13,
    "remap": 8,
    "filter": 1,
    "split": 3,
    "balance": 1,
    "shard": 3,
}
"""The version of each stage's code. Raise it with every change of what the stage
writes: it is part of the stage's key, so builds that an older version made are made
again. A test compares it with the recorded digests of the code."""

FLOW = {
    "ingest": Stage(
        "ingest", STAGE_VERSIONS["ingest"], ingesting.reads, ingesting.work
    ),
    "remap": Stage(
        "remap",
        STAGE_VERSIONS["remap"],
        remapping.reads,
        remapping.work,
        remapping.check,
    ),
    "filter": Stage(
        "filter", STAGE_VERSIONS["filter"], filtering.reads, filtering.work
    ),
    "split": Stage("split", STAGE_VERSIONS["split"], splitting.reads, splitting.work),
    "balance": Stage(
        "balance", STAGE_VERSIONS["balance"], balancing.reads, balancing.work
    ),
    "shard": Stage("shard", STAGE_VERSIONS["shard"], sharding.reads, sharding.work),
}
"""The stages by name."""
