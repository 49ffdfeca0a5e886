"""Titles as parts of addresses."""


def slug(title: str) -> str:
    """Return ``title`` as a part of an address: `Hello, World` is `hello-world`."""
    words = ""
    for letter in title.lower():
        words = words + (letter if letter.isalnum() else " ")
    return "-".join(words.split())
