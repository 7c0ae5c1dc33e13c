"""Receipts: fetched once, checked for kind and size, named safely. A failing receipt never stops its expense."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from integrations.core.errors import ConfigError, PortalError, ProtocolError, RejectedError
from integrations.core.records import Fields
from integrations.vendors.accelo.records import Attachment

Fetch = Callable[[str, int], tuple[bytes, str]]

MEGABYTE = 1_000_000
NAME_LENGTH = 120
UNSAFE = re.compile(r"[^\w.() -]+")
HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"II*\x00", "image/tiff", ".tif"),
    (b"MM\x00*", "image/tiff", ".tif"),
    (b"BM", "image/bmp", ".bmp"),
    (b"%PDF-", "application/pdf", ".pdf"),
)
"""First bytes, type, file ending. Source: the formats' own specifications."""
ENDINGS = {"image/jpeg": (".jpg", ".jpeg"), "image/tiff": (".tif", ".tiff"), "image/heic": (".heic", ".heif")}


@dataclass(frozen=True, slots=True)
class Receipt:
    """`attachment` None with `problem`: a sentence for a person. `lasting`: fetching it again would not help."""

    attachment: Attachment | None = None
    problem: str = ""
    lasting: bool = False


def fetch_receipt(receipt: Fields, fetch: Fetch | None, max_mb: int) -> Receipt:
    """`receipt`: {"id", "url", "filename"}. Raises nothing that concerns the receipt alone."""
    if fetch is None:
        return Receipt(problem="The receipt was not sent: this run has no way to fetch files.")
    try:
        content, _ = fetch(str(receipt["url"]), max_mb * MEGABYTE)
    except (RejectedError, ProtocolError, ConfigError) as error:
        return Receipt(problem=_problem(error.message), lasting=True)
    except PortalError as error:
        return Receipt(problem=_problem(error.message))
    return check_receipt(content, str(receipt.get("filename", "")), str(receipt["id"]), max_mb)


def check_receipt(content: bytes, filename: str, id: str, max_mb: int) -> Receipt:
    """Kind by the first bytes, never by what name or server say: the address may lead to a page for people."""
    if len(content) > max_mb * MEGABYTE:
        size = f"{len(content) / MEGABYTE:.1f}"
        return Receipt(problem=_problem(f"It has {size} MB; at most {max_mb} are allowed."), lasting=True)
    found = sniff(content)
    if found is None:
        what = "It is a web page, not a file" if _is_page(content) else "It is neither a picture nor a PDF"
        return Receipt(problem=_problem(f"{what if content else 'It is empty'}."), lasting=bool(content))
    mimetype, ending = found
    return Receipt(Attachment(safe_name(filename, mimetype, ending, id), content, mimetype))


def _problem(message: str) -> str:
    return f"The expense was filed without its receipt. {message}"


def sniff(content: bytes) -> tuple[str, str] | None:
    """(type, file ending), None for anything that is no receipt."""
    for magic, mimetype, ending in MAGIC:
        if content.startswith(magic):
            return mimetype, ending
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "image/heic", ".heic"
    return None


def _is_page(content: bytes) -> bool:
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body"))


def safe_name(filename: str, mimetype: str, ending: str, id: str) -> str:
    """A plain file name with the ending of what the file really is: no folders, no control characters, not hidden."""
    name = UNSAFE.sub("_", filename.replace("\\", "/").rpartition("/")[2]).strip(" ._")
    stem, dot, old = name.rpartition(".")
    if dot and f".{old.lower()}" in ENDINGS.get(mimetype, (ending,)):
        return f"{stem[:NAME_LENGTH]}.{old}"
    stem = stem if dot and len(old) <= 4 else name
    stem = stem or "receipt-" + UNSAFE.sub("_", id)
    return f"{stem[:NAME_LENGTH]}{ending}"
