"""The commonest reasons why nothing of an export goes on."""

from curate.drops import make_drop
from curate.reasons import Reason, Refusal
from curate.schema import drops_table
from pipelines.flow.reasons import commonest_reasons


def test_the_three_commonest_reasons_have_an_example_each() -> None:
    counts = {
        Reason.NO_MASK: 1,
        Reason.UNKNOWN_CLASS: 7,
        Reason.MISSING_IMAGE: 2,
        Reason.MALFORMED_FILE: None,
    }
    drops = []
    for reason, count in counts.items():
        refusal = Refusal(reason, f"file of {reason.value}\n{'x' * 300}")
        drops.append(make_drop(refusal, export="e", count=count))
    other = make_drop(Refusal(Reason.CROWD, "no"), export="other", count=99)
    tables = [drops_table([*drops, other]), drops_table(drops[1:2])]
    first, second, third = commonest_reasons(tables, "e").split(", ")
    assert first.startswith("malformed_file (1 whole file or image; file of malformed_")
    assert second.startswith("unknown_class (14; file of unknown_class")
    assert third.startswith("missing_image (2; ")
    assert max(map(len, (first, second, third))) < 250
