"""What curating a corpus would cost on rented machines, reckoned from what one worker takes.

The model takes CPU seconds and bytes of one worker, and adds what grows with the number of tasks;
docs/scale.md has its arithmetic.
"""

import math
from dataclasses import dataclass

from pipelines.flow.planning import IMAGES_PER_PARTITION


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that can be rented: processor threads, bytes, and dollars an hour.

    The prices are list prices that were looked up once. Put your own in.
    """

    name: str
    threads: int
    memory_gib: int
    dollars_an_hour: float


MACHINES = (
    Machine("c7i.xlarge", 4, 8, 0.1785),
    Machine("m7i.2xlarge", 8, 32, 0.4032),
    Machine("c7i.8xlarge", 32, 64, 1.428),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is to be curated: how many objects, images and exports."""

    name: str
    objects: int
    images: int
    exports: int


CORPORA = (
    Corpus("a million objects", 1_000_000, 140_000, 10),
    Corpus("whole COCO", 860_000, 123_287, 2),
    Corpus("10 million objects", 10_000_000, 1_400_000, 100),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the model starts from; seconds are CPU seconds of one worker.

    `tasks`: that a partition has in all stages.
    """

    per_object: float
    planning_per_object: float
    per_task: float
    tasks: float
    bytes_read: float
    bytes_written: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a corpus would take on one kind of machine.

    `most_threads`: beyond them the scheduler is busy all the time, and more gain nothing.
    """

    corpus: str
    machine: str
    threads: int
    cpu_hours: float
    planning_hours: float
    scheduler_hours: float
    most_threads: int
    hours: float
    dollars: float
    terabytes_written: float
    bottleneck: str


def estimate(
    corpus: Corpus, machine: Machine, threads: int, measured: Measured
) -> Estimate:
    """What a corpus would take on so many threads of one kind of machine.

    A thread of a rented machine is taken for one of this machine. An export's annotations are
    planned by one task, so planning is no faster than its largest export, taken as its share.
    """
    cpu = corpus.objects * measured.per_object
    cpu_of_a_thread = cpu / threads

    objects_of_an_export = corpus.objects / corpus.exports
    planning = objects_of_an_export * measured.planning_per_object

    partitions = math.ceil(corpus.images / IMAGES_PER_PARTITION)
    scheduler = partitions * measured.tasks * measured.per_task

    limits = {
        "CPU of the workers": cpu_of_a_thread,
        "planning, one task for an export": planning,
        "the scheduler": scheduler,
    }
    seconds = planning + max(cpu_of_a_thread, scheduler)
    hours = seconds / 3600
    machines = math.ceil(threads / machine.threads)
    bytes_written = corpus.objects * measured.bytes_written
    return Estimate(
        corpus=corpus.name,
        machine=machine.name,
        threads=threads,
        cpu_hours=cpu / 3600,
        planning_hours=planning / 3600,
        scheduler_hours=scheduler / 3600,
        most_threads=int(cpu / scheduler),
        hours=hours,
        dollars=machines * machine.dollars_an_hour * hours,
        terabytes_written=bytes_written / 1e12,
        bottleneck=max(limits, key=lambda name: limits[name]),
    )
