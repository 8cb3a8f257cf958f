"""Text in UTF-8 that a program took for a code page: `grÃ¶ÃŸe` for `größe`.

So unzip, Windows and FTP programs write the names of files from other machines.
"""

_CODE_PAGES = ("cp437", "cp1252", "latin-1")


def read_anew(text: str) -> str:
    """What the text is meant to be; the text itself, if it is no such one.

    The bytes of a name in a code page are no UTF-8 but by rare chance.

    >>> read_anew("grÃ¶ÃŸe"), read_anew("gr├╢├ƒe"), read_anew("größe")
    ('größe', 'größe', 'größe')
    """
    if text.isascii():
        return text
    for page in _CODE_PAGES:
        try:
            return text.encode(page).decode("utf-8")
        except UnicodeError:
            continue
    return text
