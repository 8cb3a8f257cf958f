"""The two kinds of tokens that a user of Label Studio can have.

A legacy token goes with each request (`Authorization: Token`). A personal access token is a JSON
Web Token; the server gives another one for it that lasts some minutes, and which goes with the
requests (`Authorization: Bearer`).
"""

REFRESH_PATH = "api/token/refresh/"
"""Below the address: `{"refresh": token}` is posted to it, the answer has `access`."""


def is_personal(token: str) -> bool:
    """Whether it must be exchanged. A JSON Web Token is three texts with dots between them."""
    return token.count(".") == 2
