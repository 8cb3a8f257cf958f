"""Fixtures that several rooms share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.pipelines.pages.browser import CHROMIUM, Tab

settings.register_profile("busy", deadline=None)  # a busy machine is no failure
settings.load_profile("busy")


@pytest.fixture
def tab() -> Iterator[Tab]:
    """An empty tab. Tests that use it are marked NEEDS_BROWSER."""
    from playwright import sync_api  # may be missing

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        yield Tab(context.new_page())
        browser.close()
