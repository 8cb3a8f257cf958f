"""What the site takes from outside docs/: pages that lie elsewhere, and the flags.

mkdocs calls `on_files` once, and `on_page_markdown` for each page.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from curate.flags import Flag

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "taxonomy/README.md": "taxonomy.md",
    "model/BASE.md": "base.md",
    "curate/flags.py": "flags.md",
}
"""Pages of the site that are not in docs/, by the path in the repository to which links point."""

_FLAGS_HEAD = """\
# Flags

Remarks on objects that go on. The column `flags` of ingest and of the shards holds them, and the
curation page counts them by export and shows crops. They change nothing, unless the
[settings](settings.md) say so: `filter.drop_flags` drops objects with a flag (reason `flagged`),
and `balance.flag_trust` lowers their weight.

```yaml
filter: {drop_flags: [speckled]}
balance: {flag_trust: {coarse_polygon: 0.5, short_of_edge: 0.7}}
```
"""

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of `PAGES` to the site."""
    for source, name in PAGES.items():
        text = (ROOT / source).read_text("utf-8")
        if source == "curate/flags.py":
            text = flags_page()
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    name = page.file.src_uri
    sources = {page_name: source for source, page_name in PAGES.items()}
    source = sources.get(name, f"docs/{name}")

    def on_site(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[2]))
        if not (ROOT / target).exists():
            return link[0]  # an address on the web; if not, mkdocs complains

        if target in PAGES:
            reached = PAGES[target]
        elif target.startswith("docs/"):
            reached = target.removeprefix("docs/")
        else:
            return link[1]  # a file of the repository that is no page

        relative = posixpath.relpath(reached, posixpath.dirname(name))
        return f"[{link[1]}]({relative}{link[3] or ''})"

    return _LINK.sub(on_site, markdown)


def flags_page() -> str:
    """All flags, each with its meaning."""
    lines = [_FLAGS_HEAD, "| flag | what it says of an object |", "| --- | --- |"]
    lines += [f"| `{flag.value}` | {flag.meaning} |" for flag in Flag]
    return "\n".join(lines)
