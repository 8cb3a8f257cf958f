"""A good settings file, and what is said of a wrong one."""

from pathlib import Path

import pytest

from curate import settings_file as settings
from curate.errors import InputError
from curate.formats import options_by_name

GOOD = """\
build: build/demo
exports:
  - name: street
    path: s3://bucket/street.zip
    format: coco
    customer: acme
    domain: street
    licence: cc0-1.0
licences:
  allow: [CC0-1.0]
"""


def message(folder: Path, text: str) -> str:
    file = folder / "settings.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        settings.load_settings(file, options_by_name())
    return str(caught.value).replace(str(file), "FILE")
