"""One store for all tests, with a small corpus in it."""

import os
from collections.abc import Iterator

import pytest

from tests.cluster.corpus import Corpus, put_corpus
from tests.cluster.faulty_store import FaultyStore, faulty_store
from tests.cluster.machines import Machines, machines
from tests.cluster.store import environment, running_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a store; this process can reach it."""
    before = dict(os.environ)
    with running_store(tmp_path_factory.mktemp("store")) as address:
        os.environ.update(environment(address))
        yield address
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def corpus(store: str, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Exports and a taxonomy in the store, and the shards that one process makes of them."""
    assert store
    return put_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def faulty(store: str) -> Iterator[tuple[FaultyStore, str]]:
    """A proxy before the store, and its address."""
    with faulty_store(store) as started:
        yield started


@pytest.fixture
def proxy(faulty: tuple[FaultyStore, str]) -> Iterator[FaultyStore]:
    """The proxy; it does nothing wrong again after the test."""
    proxy, _ = faulty
    yield proxy
    proxy.busy = proxy.slow = 0.0


@pytest.fixture(scope="session")
def cluster(
    faulty: tuple[FaultyStore, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    """Four workers that reach the store through the proxy, and share nothing else."""
    _, address = faulty
    folder = tmp_path_factory.mktemp("machines")
    (folder / "sick").mkdir()
    sick = {"SICK_FOLDER": str(folder / "sick")}
    with machines(folder, environment(address) | sick, workers=4) as started:
        yield started
