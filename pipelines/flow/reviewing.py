"""Writing reviewers' answers into the taxonomy's files: all of them, or none."""

import getpass
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock
import msgspec
from upath import UPath

from curate import storage, stores, yaml_edits
from curate.errors import InputError
from curate.labels.answers import Answers
from curate.labels.concept_file import load_concepts
from curate.labels.customer_files import Signature, add_concepts, record_answers
from curate.labels.decisions import customers_folder, load_decisions
from curate.reasons import Refusal
from curate.settings import Settings
from curate.text import decode_text
from curate.yaml_scalars import quoted
from pipelines.flow import labels

_SECONDS_TO_WAIT = 10.0  # for another process that writes the same files


class Written(msgspec.Struct, frozen=True):
    """What was written. `files`: those that have changed. `decisions`: answers on labels."""

    files: list[str]
    decisions: int
    new_concepts: list[str]


@contextmanager
def writing(settings: Settings) -> Iterator[None]:
    """Keep other processes of this machine from writing the taxonomy's files meanwhile.

    What the answers are checked against must be read inside. InputError if another process
    holds the files for long.
    """
    folder = UPath(settings.taxonomy).resolve().parent
    name = f"segcurate-{storage.digest(str(folder))[:16]}.lock"
    # Not beside the files: reviewers commit that folder. An empty file stays for each folder: who
    # removes it while another process waits for it would let two of them in.
    lock = filelock.FileLock(Path(tempfile.gettempdir()) / name)
    try:
        lock.acquire(timeout=_SECONDS_TO_WAIT)
    except filelock.Timeout:
        raise InputError(
            f"{folder}: another process is writing there; try again"
        ) from None
    try:
        yield
    finally:
        lock.release()


def apply_answers(settings: Settings, answers: Answers) -> Written:
    """Write answers into the customers' files and concepts.yaml, signed.

    Either everything is written, or InputError says what contradicts what, and nothing is.
    """
    new_texts = _new_texts(settings, answers)
    changed = {path: text for path, text in new_texts.items() if text != _read(path)}
    _check(settings, changed)
    for path, text in changed.items():
        _write(path, text)
    return Written(
        files=[str(path) for path in changed],
        decisions=len(answers.labels),
        new_concepts=list(answers.new_concepts),
    )


def signature(folder: UPath) -> Signature:
    """Who works here: git's user, or the system's. And when: now, to the minute."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
    # A store is no clone: git's own configuration answers then.
    here = Path()
    if stores.is_local(folder):
        here = Path(folder.path)
    name = _ask_git(here, "user.name")
    address = _ask_git(here, "user.email")
    if not name:
        name = _system_user()
    if address:
        name = f"{name} <{address}>"
    return Signature(by=name, at=now)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return "unknown"


def _ask_git(folder: Path, key: str) -> str:
    """A value of git's configuration; "" without this value, or without git."""
    command = ["git", "config", "--get", key]
    try:
        asked = subprocess.run(  # noqa: S603  nothing of it comes from strangers
            command, cwd=folder, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return asked.stdout.strip()


def _new_texts(settings: Settings, answers: Answers) -> dict[UPath, str]:
    """The texts of the files with the answers in them. concepts.yaml comes first."""
    concepts = UPath(settings.taxonomy)
    texts = {}
    if answers.new_concepts:
        text = _read(concepts)
        texts[concepts] = add_concepts(text, str(concepts), answers.new_concepts)

    taxonomy = labels.load_taxonomy(settings)
    folder = customers_folder(settings.taxonomy)
    signed = signature(concepts.parent)
    names = [answer.customer for answer in answers.labels]
    for customer in dict.fromkeys([*names, *answers.rejected, *answers.restored]):
        path = folder / f"{customer}.yaml"
        of_customer = [each for each in answers.labels if each.customer == customer]
        text = record_answers(
            _read(path), str(path), customer, of_customer, signed, taxonomy
        )
        texts[path] = _with_objects(text, path, customer, answers)
    return texts


def _with_objects(text: str, path: UPath, customer: str, answers: Answers) -> str:
    """The text of a customer's file with its rejected and restored objects."""
    rejected = answers.rejected.get(customer, [])
    restored = answers.restored.get(customer, [])
    if restored:
        text = yaml_edits.remove_items(text, "rejected_objects", restored, str(path))
    new = [each for each in dict.fromkeys(rejected) if each not in text]
    if new:
        items = [quoted(each) for each in new]
        text = yaml_edits.add_items(text, "rejected_objects", items, str(path))
    return text


def _check(settings: Settings, changed: dict[UPath, str]) -> None:
    """InputError if the files would not be sound with the changes: tried in another folder."""
    concepts = UPath(settings.taxonomy)
    folder = customers_folder(settings.taxonomy)
    with tempfile.TemporaryDirectory(prefix="segcurate-") as trial:
        copies = Path(trial) / "customers"
        copies.mkdir()
        new_concepts = Path(trial) / "concepts.yaml"
        for path, text in changed.items():
            if path != concepts:
                (copies / path.name).write_text(text, "utf-8")
        try:
            taxonomy = labels.load_taxonomy(settings)
            if concepts in changed:
                new_concepts.write_text(changed[concepts], "utf-8")
                taxonomy = load_concepts(new_concepts)
            load_decisions(copies, taxonomy)
        except InputError as error:
            told = str(error).replace(str(copies), str(folder))
            told = told.replace(str(new_concepts), str(concepts))
            raise InputError(f"nothing was written, because then: {told}") from None


def _read(path: UPath) -> str:
    """The text of a file, with newlines as line ends; "" if there is no such file."""
    if not path.exists():
        return ""
    try:
        return decode_text(path.read_bytes())
    except Refusal as refusal:
        raise InputError(f"{path}: {refusal.detail}") from None


def _write(path: UPath, text: str) -> None:
    """Write a file whole or not at all, with the line ends that it had."""
    target = path.resolve()  # a link stays a link
    if target.exists() and b"\r\n" in target.read_bytes():
        text = text.replace("\n", "\r\n")
    storage.write_bytes(target, text.encode())
