"""What a file is that was given in the place of a bundle, by its beginning, and what to do instead."""

from typing import Final

FETCH: Final = "the care team's answer is a file that ends in .bundle.json"
PAGE: Final = f"{FETCH}: give that one, or let a scanner type the codes of the page (balance-station enrol -)"
_BY_BEGINNING: Final[tuple[tuple[bytes, str], ...]] = (
    (
        b"-----BEGIN CERTIFICATE REQUEST",
        f"it is a station's request, which goes to the care team; {FETCH}: give that one",
    ),
    (b"-----BEGIN CERTIFICATE", f"it is a certificate alone; {FETCH}: give that one"),
    (b"-----BEGIN", f"it is a key, not a bundle; {FETCH}: give that one, and let nobody have this file"),
    (b"%PDF", f"it is a PDF, not a bundle; {PAGE}"),
    (b"<svg", f"it is the printed page as a picture; {PAGE}"),
    (b"<?xml", f"it is the printed page as a picture; {PAGE}"),
    (b"<", f"it is a web page, not a bundle; {FETCH}: fetch that one, in a browser by 'save as'"),
    (b"PK\x03\x04", f"it is a packed folder (zip); unpack it: {FETCH}"),
    (b"\x89PNG", f"it is a picture, not a bundle; {PAGE}"),
    (b"\xff\xd8\xff", f"it is a picture, not a bundle; {PAGE}"),
)


def mistaken_for_bundle(content: bytes) -> str | None:
    """Return what this is and what to give instead; None where it may be a bundle, whole or not."""
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "it is empty; copy it again from the care team's file"
    for beginning, said in _BY_BEGINNING:
        if text.startswith(beginning):
            return said
    return None if text.startswith(b"{") else f"it is something else than a bundle; {FETCH}: give that one"
