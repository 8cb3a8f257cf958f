"""`taxonomy diff`: what a changed taxonomy gains, loses and moves, before pixels are read."""

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage, stores
from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.labels.decisions import load_decisions
from curate.labels.numbering import with_numbered
from curate.settings import Settings
from curate.stages.impact import Impact, Sums, Version, pair_outcomes, sum_impact
from curate.stages.remap import NEEDS
from pipelines.flow import labels
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run, run_stages
from pipelines.flow.stages import FLOW
from pipelines.flow.start import start_run

_MOST_SHOWN = 20  # rows of a list


@dataclass(frozen=True, slots=True)
class _Versions:
    """What all partitions share."""

    old: Version
    new: Version


def compare(settings: Settings, revision: str | None) -> Impact:
    """The impact of the taxonomy's files as they are now.

    Compared with the last run of remap, or with a git revision of the files. What is not ingested
    yet is ingested first. InputError if there is nothing to compare with.
    """
    with start_run(settings) as run:
        run_stages(run, FLOW, "ingest")
        counted = labels.count(run)
        taxonomy, decisions = labels.load(settings)
        outcomes = labels.decide(settings, counted, taxonomy, decisions)
        now = Version(taxonomy, with_numbered(decisions, outcomes), outcomes)
        if revision is None:
            before = _last_run(run, counted)
        else:
            texts = _texts_of_revision(settings, revision)
            before = _version(settings, texts, counted, f"{revision}:")

        shared = _Versions(before, now)
        pairs = gather(
            run, "taxonomy: outcomes", _pair_partition, "ingest", list(NEEDS), shared
        )
        domains = {export.name: export.domain for export in settings.exports}
        return sum_impact(pairs, domains, before.taxonomy, now.taxonomy)


def _pair_partition(rows: pa.Table, shared: _Versions) -> pd.DataFrame:
    return pair_outcomes(rows, shared.old, shared.new)


def _last_run(run: Run, counted: labels.CountedLabels) -> Version:
    """What the last run of remap did: its taxonomy, and its table of labels."""
    texts = storage.read_json(run.build / "remap" / "taxonomy.json")
    if texts is None:
        raise InputError(
            f"{run.build / 'remap'}: no run to compare with; run 'python -m pipelines remap' "
            "with this settings file first, or give --against REVISION"
        )
    version = _version(run.settings, texts, counted, "the last run's ")
    table = storage.read_table(labels.labels_file(run.build))
    # Labels of exports that the last run did not have are matched as it would have done.
    known = table.to_pandas()[["customer", "export", "label"]].assign(known=True)
    rows = version.labels.to_pandas()
    is_new = rows.merge(known, how="left")["known"].isna().to_numpy()
    together = pa.concat_tables([table, version.labels.filter(pa.array(is_new))])
    return Version(version.taxonomy, version.decisions, together)


def _version(
    settings: Settings,
    texts: Mapping[str, str],
    counted: labels.CountedLabels,
    name: str,
) -> Version:
    """The taxonomy of some texts, by their paths beside concepts.yaml, and its outcomes.

    `name`: what messages write before such a path.
    """
    with tempfile.TemporaryDirectory(prefix="segcurate-") as folder:
        (Path(folder) / "customers").mkdir()
        for path, text in texts.items():
            (Path(folder) / path).write_text(text, "utf-8")
        try:
            taxonomy = load_concepts(Path(folder) / "concepts.yaml")
            decisions = load_decisions(Path(folder) / "customers", taxonomy)
        except InputError as error:
            told = str(error).replace(f"{folder}/", name)
            raise InputError(told) from None
    outcomes = labels.decide(settings, counted, taxonomy, decisions)
    return Version(taxonomy, with_numbered(decisions, outcomes), outcomes)


def _texts_of_revision(settings: Settings, revision: str) -> dict[str, str]:
    """concepts.yaml and the customers' files of a git revision, by their paths."""
    if not stores.is_local(UPath(settings.taxonomy)):
        raise InputError(f"{settings.taxonomy}: a store has no git revisions")
    concepts = Path(settings.taxonomy).resolve()
    folder = concepts.parent
    listed = _git(folder, "ls-tree", "-r", "--name-only", revision, "--", ".")
    texts = {}
    for path in listed.splitlines():
        name = path
        if path == concepts.name:
            name = "concepts.yaml"
        is_customer = path.startswith("customers/") and path.endswith(".yaml")
        if name == "concepts.yaml" or (is_customer and path.count("/") == 1):
            texts[name] = _git(folder, "show", f"{revision}:./{path}")
    if "concepts.yaml" not in texts:
        raise InputError(f"{concepts}: not in revision {revision}")
    return texts


def _git(folder: Path, *words: str) -> str:
    """What git prints. InputError with its message if it fails."""
    if any(word.startswith("-") and word not in _OPTIONS for word in words):
        raise InputError(f"{' '.join(words)}: no git revision")
    try:
        done = subprocess.run(  # noqa: S603  only git's own words, and the user's revision
            ["git", *words],  # noqa: S607
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error.strerror}") from None
    if done.returncode:
        raise InputError(f"git: {done.stderr.strip()}")
    return done.stdout


_OPTIONS = ("-r", "--name-only", "--")


def text(impact: Impact) -> str:
    """The impact for a reader."""
    lines = [
        f"objects that go on: {impact.before:,} before, {impact.after:,} now; "
        f"{impact.gained:,} gained, {impact.lost:,} lost, {impact.moved:,} moved"
    ]
    lists = {
        "concept": impact.concepts,
        "domain": impact.domains,
        "customer": impact.customers,
    }
    for title, sums in lists.items():
        if sums:
            lines += ["", f"by {title}"]
            lines += [_line(title, each) for each in sums[:_MOST_SHOWN]]
            lines += _more(len(sums))

    if impact.moves:
        lines += ["", "by label"]
    for move in impact.moves[:_MOST_SHOWN]:
        lines.append(
            f"  {move.objects:>9,} {move.change:<7} {move.export}: {move.label!r}: "
            f"{move.before} → {move.after}"
        )
    return "\n".join(lines + _more(len(impact.moves)))


def _line(title: str, sums: Sums) -> str:
    """What has become of one concept, domain or customer."""
    numbers = f"{sums.before:>9,} → {sums.after:>9,}"
    change = f"+{sums.gained:,} −{sums.lost:,}"
    moved = f"{sums.moved_in:,} moved"
    # An object can only move from one concept to another one.
    if title == "concept":
        moved += f" in, {sums.moved_out:,} moved out"
    return f"  {sums.name:<28} {numbers}  {change}, {moved}"


def _more(number: int) -> list[str]:
    if number > _MOST_SHOWN:
        return [f"  and {number - _MOST_SHOWN} more (--json lists all)"]
    return []
