"""Four workers that share nothing but the store make the bytes that one process makes."""

from pathlib import Path

from tests.cluster.corpus import Corpus
from tests.cluster.machines import ROOT, Machines


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
