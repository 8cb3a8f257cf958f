"""`taxonomy check`: are the taxonomy's files sound? For CI and as a pre-commit hook."""

from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.labels.decisions import customers_folder, load_decisions
from curate.settings import OWN_TAXONOMY, Settings
from pipelines.arguments import load
from pipelines.failures import CheckFailed
from pipelines.flow import labels, queue
from pipelines.flow.screen import counted

_HERE = Path("taxonomy")


class Checked(msgspec.Struct):
    """What was checked. `over_budget`: "" unless more waits than the settings allow."""

    concepts: int
    customers: int
    decisions: int
    waiting: dict[str, float]
    over_budget: str = ""


def check_taxonomy(path: Path | None) -> Checked:
    """Check concepts.yaml and the customers' files; of a settings file also its build's labels.

    `path`: any of these files, or the folder of concepts.yaml. None: the folder `taxonomy` here,
    or the project's own.
    Raises InputError; it lists what is wrong, each with file, line and column.
    """
    if path is None and not _HERE.is_dir():
        path = OWN_TAXONOMY
    path = path or _HERE

    settings = None
    concepts: Path | UPath = path
    if path.is_dir():
        concepts = path / "concepts.yaml"
    elif path.name != "concepts.yaml":
        settings = load(path, None)
        concepts = UPath(settings.taxonomy)

    taxonomy = load_concepts(concepts)
    decisions = load_decisions(customers_folder(str(concepts)), taxonomy)
    number = 0
    for decided in (*decisions.by_customer.values(), *decisions.by_export.values()):
        number += len(decided)
    checked = Checked(
        concepts=len(taxonomy.concepts),
        customers=len(decisions.by_customer),
        decisions=number,
        waiting={},
    )
    if settings is not None:
        _check_build(settings, checked)
    return checked


def _check_build(settings: Settings, checked: Checked) -> None:
    """Look at the review queue and the labels of a build, as far as they are there."""
    taxonomy, _ = labels.load(settings)
    build = UPath(settings.build)
    text = queue.read_queue(build)
    if text:
        answers = queue.read_queue_answers(settings, text, taxonomy)
        if not answers.is_empty:
            raise InputError(
                f"{queue.queue_file(build)}: holds {len(answers.labels)} answers that are not "
                "applied; run 'python -m pipelines taxonomy' with this settings file"
            )
    if labels.labels_file(build).exists():
        table = labels.read_labels(build)
        checked.waiting = labels.waiting_shares(table)
        try:
            labels.check_budget(settings, table)
        except CheckFailed as error:
            checked.over_budget = str(error)


def text(checked: Checked) -> str:
    """The result for a reader."""
    lines = [
        f"{counted(checked.concepts, 'concept')} and {counted(checked.decisions, 'decision')} "
        f"of {counted(checked.customers, 'customer')}: sound"
    ]
    for export, share in checked.waiting.items():
        lines.append(f"{export}: {share:.1%} of the objects wait for a decision")
    return "\n".join(lines)
