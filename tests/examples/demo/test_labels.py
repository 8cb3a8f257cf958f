"""The demo's labels find their concepts in the languages that its settings state."""

from pathlib import Path

import pandas as pd

from curate.formats import options_by_name
from curate.labels.outcomes import decide_labels
from curate.settings_file import load_settings
from examples.demo.vocabularies import VOCABULARIES, all_words
from pipelines.flow.labels import contexts, load

ROOT = Path(__file__).parents[3]


def demo_labels() -> dict[str, list[str]]:
    """All words of each export, by its name."""
    lumen = all_words(VOCABULARIES.lumen)
    return {
        "lumen-street": lumen,
        "lumen-audit": lumen,
        "orbit-drive": sorted(VOCABULARIES.orbit.values()),
        "shelfsense-shop": all_words(VOCABULARIES.shop),
        "shelfsense-home": all_words(VOCABULARIES.home),
        "verde-garden": all_words(VOCABULARIES.verde),
        "werkbank-bench": sorted(
            paint.word for paint in VOCABULARIES.werkbank.values()
        ),
    }


def test_one_label_waits_and_no_other() -> None:
    settings = load_settings(ROOT / "examples/demo.yaml", options_by_name())
    customers = {export.name: export.customer for export in settings.exports}
    words = pd.DataFrame(demo_labels().items(), columns=["export", "label"])
    counts = words.explode("label", ignore_index=True)
    counts["customer"] = counts["export"].map(customers)
    counts = counts.assign(count=1, example="")
    taxonomy, decisions = load(settings)
    decided = decide_labels(counts, taxonomy, decisions, contexts(settings)).to_pandas()
    waiting = decided[decided["decision"] == ""]
    assert waiting["label"].tolist() == ["Dingsda"]
