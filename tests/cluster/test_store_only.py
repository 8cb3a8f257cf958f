"""Four workers that share nothing but the store make the bytes that one process makes."""

from contextlib import suppress
from multiprocessing.pool import ThreadPool
from pathlib import Path
from threading import Barrier

from upath import UPath

from curate.errors import InputError
from pipelines.flow.build import held
from tests.cluster.corpus import Corpus
from tests.cluster.machines import ROOT, Machines
from tests.cluster.store import BUCKET


def test_the_same_bytes_and_nothing_left_behind(
    corpus: Corpus, cluster: Machines
) -> None:
    attempt = corpus.settings(cluster.address)
    attempt.run()
    assert attempt.shards() == corpus.expected != {}
    assert cluster.temporary_files() == []
    assert attempt.read("run.json") == {"retries": 0, "by_task": {}, "lost_workers": 0}
    assert [name for name in attempt.names() if name.startswith(".")] == []

    assert attempt.run().count("kept from the last run") == 6


def test_a_worker_with_another_codec_is_refused_before_work(
    corpus: Corpus, cluster: Machines, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from PIL import features\n"
        "real = features.version\n"
        "features.version = lambda name: '0.1' if name == 'webp' else real(name)\n"
    )
    cluster.add_workers(1, PYTHONPATH=f"{tmp_path}:{ROOT}")
    cluster.wait_for(5)
    attempt = corpus.settings(cluster.address)
    process = attempt.start()
    said, _ = process.communicate()
    cluster.end_last_worker()

    assert process.returncode == 2, said
    assert "libwebp 0.1" in said
    assert "but the run has WebP lossless, libwebp" in said
    assert attempt.names() <= {"run.json"}


def test_a_second_run_is_told_of_the_first(corpus: Corpus, cluster: Machines) -> None:
    attempt = corpus.settings(cluster.address)
    with held(UPath(attempt.build)):
        process = attempt.start()
        said, _ = process.communicate()
    assert process.returncode == 2, said
    assert "another run is at work in this build: process" in said
    assert attempt.names() == set()


def test_of_runs_that_start_at_once_one_works(store: str) -> None:
    assert store
    build = UPath(f"s3://{BUCKET}/at-once")
    together = Barrier(8, timeout=60)
    inside = []

    def run(number: int) -> None:
        together.wait()
        with suppress(InputError), held(build):
            inside.append(number)
            together.wait()
            return
        together.wait()

    with ThreadPool(8) as threads:
        threads.map(run, range(8))
    assert len(inside) == 1
