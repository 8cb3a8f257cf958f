"""What the Makefile removes, and what it keeps."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_clean_removes_caches_alone(tmp_path: Path) -> None:
    caches = [".mypy_cache/a", "curate/__pycache__/b.pyc", "build/docs/index.html"]
    kept = [
        "build/demo/pins.parquet",
        "build/demo/train/model.safetensors",
        ".venv/__pycache__/c",
    ]
    for name in [*caches, *kept]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    command = [str(shutil.which("make")), "-f", str(ROOT / "Makefile"), "clean"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    left = [
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if path.is_file()
    ]
    assert sorted(left) == sorted(kept)
