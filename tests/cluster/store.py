"""A real S3 store on this machine: SeaweedFS, from its wheel."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import fsspec

BUCKET = "lab"
KEYS = {"AWS_ACCESS_KEY_ID": "test-key", "AWS_SECRET_ACCESS_KEY": "test-secret"}

_SECONDS_TO_START = 120.0


@contextmanager
def running_store(folder: Path) -> Iterator[str]:
    """The store's address; its data are in `folder`. The bucket `BUCKET` exists."""
    master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc = (
        free_ports(8)
    )
    identity = {
        "name": "test",
        "credentials": [
            {
                "accessKey": KEYS["AWS_ACCESS_KEY_ID"],
                "secretKey": KEYS["AWS_SECRET_ACCESS_KEY"],
            }
        ],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    options = {
        "dir": folder / "data",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.port": master,
        "master.port.grpc": master_grpc,
        "master.volumeSizeLimitMB": 256,
        "volume.port": volume,
        "volume.port.grpc": volume_grpc,
        "volume.max": 40,
        "volume.preStopSeconds": 0,
        "filer": "true",
        "filer.port": filer,
        "filer.port.grpc": filer_grpc,
        "filer.localSocket": folder / "filer.sock",
        "s3": "true",
        "s3.port": s3,
        "s3.port.grpc": s3_grpc,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.config": config,
        "s3.localSocket": folder / "s3.sock",
    }
    weed = Path(sys.executable).with_name("weed")
    command = [weed, "-logtostderr=true", "server"]
    command += [f"-{name}={value}" for name, value in options.items()]
    address = f"http://127.0.0.1:{s3}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, address, folder / "log")
        yield address
    finally:
        process.kill()
        process.wait()


def environment(address: str) -> dict[str, str]:
    """What a process needs to reach the store: its address and the keys."""
    return {
        **KEYS,
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def free_ports(number: int) -> Sequence[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_until_ready(
    process: "subprocess.Popen[bytes]", address: str, log: Path
) -> None:
    """Wait until an object can be written and read."""
    until = time.monotonic() + _SECONDS_TO_START
    os.environ.update(environment(address))
    while True:
        try:
            files = fsspec.filesystem("s3", skip_instance_cache=True)
            if not files.exists(BUCKET):
                files.mkdir(BUCKET)
            files.pipe_file(f"{BUCKET}/ready", b"yes")
            return
        except Exception:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(log.read_text()[-2000:]) from None
            time.sleep(0.3)
