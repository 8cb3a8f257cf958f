"""What a browser would make of a page."""

import re
from html.parser import HTMLParser

_ADDRESSES = ("src", "href", "srcset", "data", "action")


class PageReader(HTMLParser):
    """The text of a page, its tags, its scripts, and the addresses that it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self._pieces: list[str] = []
        self._tag = ""
        self.feed(page)

    @property
    def text(self) -> str:
        """All text on one line, with a comma between thousands."""
        text = " ".join(self._pieces).replace("\u202f", ",")
        return re.sub(r"\s+", " ", text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), f"a handler of events: {name}"
            if name in _ADDRESSES:
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "script":
            self.scripts.append(data)
        else:
            self._pieces.append(data)
