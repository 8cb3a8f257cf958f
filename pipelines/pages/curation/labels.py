"""What became of each label, as remap decided it."""

from dataclasses import dataclass

from pandas import DataFrame, Series
from upath import UPath

from curate.settings import Settings
from pipelines.flow import build as builds
from pipelines.flow import labels as flow_labels

MATCHES = ("reviewed", "exact", "normalised", "alias", "compound", "fuzzy")
"""How a label may be matched, the surest first."""

DOUBTFUL = ("fuzzy", "compound")
"""Matches that a person should look at."""

WAITS = "waits"
"""What the page says instead of a match of a label that nobody has decided."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a build."""

    table: DataFrame
    """The columns of `curate.labels.outcomes.LABELS`."""

    queue: UPath
    """The file in which reviewers decide."""

    taxonomy_changed: bool
    """Whether taxonomy or decisions are other than those of the build."""

    @property
    def waiting(self) -> DataFrame:
        """The labels that wait for a decision."""
        return self.table[self.table["decision"] == ""]

    @property
    def by_match(self) -> "Series[int]":
        """Number of objects by match, the surest first; those that wait are the last."""
        match = self.table["how"].mask(self.table["decision"] == "", WAITS)
        counts = self.table.groupby(match)["count"].sum()
        return counts.reindex([each for each in (*MATCHES, WAITS) if each in counts])

    @property
    def doubtful(self) -> dict[str, int]:
        """Number of objects by match, of the matches that a person should look at."""
        counts = self.by_match
        return {match: int(counts[match]) for match in DOUBTFUL if match in counts}


def read_labels(settings: Settings) -> Labels:
    """Read the labels of a build that is finished up to remap."""
    folder = UPath(settings.build)
    state = builds.state_of(folder, "remap")
    changed = state is not None and state.settings != flow_labels.digests(settings)
    return Labels(
        table=flow_labels.read_labels(folder),
        queue=flow_labels.queue_file(folder),
        taxonomy_changed=changed,
    )
