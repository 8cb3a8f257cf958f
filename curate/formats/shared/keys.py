"""Keys of annotations for which their document has no id."""

import hashlib
import json
from typing import Any


def content_digest(*content: Any) -> str:
    """16 hex digits by which equal content is known again."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
