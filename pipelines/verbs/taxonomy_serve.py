"""`taxonomy serve`: the review page on this machine alone, with a save that writes the files."""

from curate.settings import Settings
from pipelines.flow.screen import Screen
from pipelines.local_server import make_token, open_socket, page_address
from pipelines.pages.review.server import serve
from pipelines.verbs.taxonomy import match_labels


def serve_page(settings: Settings, port: int) -> None:
    """Apply and match as `taxonomy` does, then serve the page until Ctrl-C.

    `port`: of 127.0.0.1; 0: any that is free. InputError if it is taken.
    """
    with open_socket(port) as opened:
        match_labels(settings)
        token = make_token()
        address = page_address(opened, token)
        Screen().note(f"the review page: {address}\nCtrl-C ends it")
        serve(settings, opened, token)
