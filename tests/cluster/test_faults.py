"""Whatever dies on the way: the same bytes in the end, and what was done again is counted."""

import itertools
import subprocess
import time

from tests.cluster.corpus import Corpus
from tests.cluster.faulty_store import FaultyStore
from tests.cluster.machines import Machines


def test_workers_are_killed_one_after_the_other(
    corpus: Corpus, cluster: Machines
) -> None:
    attempt = corpus.settings(cluster.address)
    process = attempt.start()
    for number in itertools.cycle(range(4)):
        cluster.wait_for(4)
        try:
            said, _ = process.communicate(timeout=2)
            break
        except subprocess.TimeoutExpired:
            cluster.kill_worker(number)
    assert process.returncode == 0, said
    assert attempt.shards() == corpus.expected
    assert attempt.read("run.json")["lost_workers"] > 0


def test_the_store_answers_503_and_late(
    corpus: Corpus, cluster: Machines, proxy: FaultyStore
) -> None:
    proxy.busy = 0.15
    proxy.slow = 0.05
    proxy.seconds = 2.0
    before = proxy.refused
    attempt = corpus.settings(cluster.address)
    attempt.run()
    assert attempt.shards() == corpus.expected
    assert proxy.refused > before


def test_the_store_is_away_for_a_while_and_no_image_is_lost(
    corpus: Corpus, cluster: Machines, proxy: FaultyStore
) -> None:
    """Longer than any client goes on asking: tasks fail, and are given out again."""
    attempt = corpus.settings(cluster.address)
    before = proxy.refused
    proxy.busy = 1.0
    process = attempt.start()
    while proxy.refused < before + 40:
        time.sleep(0.2)
        assert process.poll() is None
    proxy.busy = 0.0
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert attempt.shards() == corpus.expected


def test_a_worker_without_memory_and_a_poisoned_image(
    corpus: Corpus, cluster: Machines
) -> None:
    """Any machine would die of the one; of the other only the first one did."""
    attempt = corpus.with_sick_images().settings(cluster.address)
    attempt.run()
    ledger = attempt.read("ingest/ledger.json")
    assert ledger["by_reason"] == {"killed_worker": 2}  # both objects of the image
    assert ledger["in"] == ledger["out"] + 2
    effort = attempt.read("run.json")
    assert effort["lost_workers"] == 4
    assert effort["by_task"]["ingest"] >= 4


def test_the_scheduler_is_restarted(corpus: Corpus, cluster: Machines) -> None:
    attempt = corpus.settings(cluster.address)
    process = attempt.start()
    while ".ingest.partial" not in attempt.names():
        time.sleep(0.2)
        assert process.poll() is None
    cluster.restart()
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert attempt.shards() == corpus.expected
