"""The rounds of a build: the one that is open, and those that have ended."""

from upath import UPath

from curate.storage import read_record, write_json
from pipelines.rounds.records import Round

LOOP = "loop"
"""Name of the loop's folder in a build."""

_OPEN = "open.json"
_ROUNDS = "rounds"


def open_round(build: UPath) -> Round | None:
    """The round that has begun and not ended. InputError if its file is broken."""
    path = build / LOOP / _OPEN
    going = read_record(path, Round)
    # A kill right after the end leaves the file.
    if going is None or _ended_file(build, going.number).exists():
        return None
    return going


def ended_rounds(build: UPath) -> list[Round]:
    """The rounds that have ended, the first one first. InputError if a file is broken."""
    folder = build / LOOP / _ROUNDS
    found = []
    for path in folder.glob("*.json"):
        record = read_record(path, Round)
        if record is not None:
            found.append(record)
    return sorted(found, key=lambda each: each.number)


def keep_open(build: UPath, going: Round) -> None:
    """Write the open round: a run that is killed goes on with it."""
    path = build / LOOP / _OPEN
    write_json(path, going)


def end(build: UPath, ended: Round) -> None:
    """Write a round among those that have ended; none is open then."""
    write_json(_ended_file(build, ended.number), ended)
    (build / LOOP / _OPEN).unlink(missing_ok=True)


def _ended_file(build: UPath, number: int) -> UPath:
    return build / LOOP / _ROUNDS / f"{number}.json"
