"""Stage 2, remap: from the customers' labels to the taxonomy's concepts.

Labels are matched once each, never once per row; the match stays with the row. What no reviewer and no
rule decides is dropped as `unmapped_label` and waits in the review queue.
"""

from collections.abc import Mapping

import pyarrow as pa

from curate.matching import Match
from curate.reasons import Reason
from curate.schema import drop_rows, require

NEEDS = ("object_id", "export", "customer", "label", "annotation_key", "attributes")
ADDS = pa.schema(
    [
        ("concept", pa.string()),
        ("match_how", pa.string()),
        ("match_score", pa.float32()),
        ("match_margin", pa.float32()),
    ]
)
