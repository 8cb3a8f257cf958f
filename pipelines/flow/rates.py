"""How fast the stages were, from which a dry run tells how long they will take.

It is kept in `<build>/rates.json`. A rate is of a run that did all of a stage's work: one that kept
some partitions of another run would seem faster than it is.
"""

import msgspec
from upath import UPath

from curate.settings import DaskSettings
from curate.storage import read_kept, write_json


class Rate(msgspec.Struct, frozen=True):
    """How long a stage took for how many annotations, and who did the work."""

    annotations: int
    seconds: float
    workers: str

    @property
    def per_second(self) -> float:
        """Annotations that came in, by seconds."""
        return self.annotations / self.seconds


class Rates(msgspec.Struct, frozen=True):
    """The file rates.json: the rates by stage."""

    stages: dict[str, Rate]


def read_rates(build: UPath) -> dict[str, Rate]:
    """The rates that are known, by stage; none if the file is of another form."""
    rates = read_kept(build / "rates.json", Rates)
    if rates is None:
        return {}
    return rates.stages


def note_rate(build: UPath, stage: str, rate: Rate) -> None:
    """Keep the rate of a stage for the next dry run."""
    rates = read_rates(build) | {stage: rate}
    write_json(build / "rates.json", Rates(rates))


def workers_named(settings: DaskSettings) -> str:
    """Who does the work, in words.

    >>> workers_named(DaskSettings(workers=2))
    '2 workers'
    """
    if settings.scheduler is not None:
        return settings.scheduler
    if settings.workers == 1:
        return "1 worker"
    return f"{settings.workers} workers"
