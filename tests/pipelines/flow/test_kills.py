"""Runs that are killed: the next one gives the same bytes and keeps what was done."""

import subprocess
import sys
import time
from pathlib import Path

from tests.pipelines.flow.built import inodes
from tests.pipelines.small_project import Project, Verb

ROOT = Path(__file__).parents[3]


def inodes_of_whole_parts(folder: Path) -> set[int]:
    """The segments of the parts that are whole: their ledgers are written last.

    A kill may fall between the segments of a part and its drops, or its ledger.
    """
    whole = [path.stem for path in (folder / "ledgers").glob("*.json")]
    segments = [folder / "segments" / f"{key}.parquet" for key in whole]
    return {path.stat().st_ino for path in segments}


def test_neither_workers_nor_kills_change_a_byte_and_what_was_done_is_kept(
    project: Project, verb: Verb
) -> None:
    for name in ("a", "b"):
        project.add(name, 8, ["car", "wheel"])
    project.add_slow("slow")

    killed = project.copy("killed", workers=1)
    kill_at(killed, "ingest", "ledgers/*.json")
    time.sleep(0.5)  # until the workers have seen that nobody waits for them
    done = inodes_of_whole_parts(killed.build / ".ingest.partial")
    kill_at(killed, "shard", "*/done.json")
    assert done
    assert done <= inodes(killed.build / "ingest" / "segments")

    killed.change(dask=project.plain["dask"])
    assert verb("shard", killed.settings).code == 0
    assert verb("shard", project.settings).code == 0
    assert killed.files() == project.files()


def kill_at(project: Project, stage: str, sign: str) -> None:
    """Start a run and kill it once some partition of the stage is done.

    It has no chance to clean up, and other partitions are not done yet. `sign`: of the
    files that say so, in the folder of what is done.
    """
    partial = project.build / f".{stage}.partial"
    command = [sys.executable, "-m", "pipelines", "shard", str(project.settings)]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, start_new_session=True, cwd=ROOT
    )
    deadline = time.monotonic() + 60
    while not any(partial.glob(sign)) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.wait()

    assert any(partial.glob(sign)), "the run was over before it could be killed"
    assert not (project.build / stage).exists()
