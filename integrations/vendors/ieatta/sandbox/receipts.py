"""Receipt files with the right first bytes: a JPEG, a PNG, a PDF; a wrapper page; a padded one. Pure."""

from __future__ import annotations

import base64
import hashlib

from integrations.vendors.emulator import Response, not_known
from integrations.vendors.ieatta.sandbox.state import Row

_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQ"
    "Ew8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q=="
)
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_PAGE = b"<!DOCTYPE html><html><head><title>Receipt</title></head><body><img src='image'></body></html>"

KINDS: dict[str, tuple[str, str, bytes]] = {
    "jpg": ("jpg", "image/jpeg", _JPEG),
    "png": ("png", "image/png", _PNG),
    "pdf": ("pdf", "application/pdf", _PDF),
    "html": ("jpg", "text/html;charset=utf-8", _PAGE),
    "missing": ("jpg", "image/jpeg", b""),
}
"""kind -> (file ending, content type, content). `html` is the wrapper page, `missing` answers 404."""


def receipt_row(row: Row) -> Row:
    """A full row from {"id", "kind", "size"}; the address carries no id, only a long hex number."""
    kind = row.get("kind", "jpg")
    ending, _, _ = KINDS[kind]
    name = hashlib.blake2b(str(row["id"]).encode(), digest_size=20).hexdigest()
    return {
        "id": str(row["id"]),
        "kind": kind,
        "size": row.get("size", 0),
        "type": ending,
        "file": f"w_{name}.{ending}",
    }


def receipt_response(receipts: dict[str, Row], file: str) -> Response:
    """No credentials are asked for: the long address is the key."""
    row = next((row for row in receipts.values() if row["file"] == file), None)
    if row is None or row["kind"] == "missing":
        return Response(404, b"<html><body><h1>Not Found</h1></body></html>", "text/html")
    if row["kind"] not in KINDS:
        return not_known(f"a receipt of kind {row['kind']}")
    _, content_type, content = KINDS[row["kind"]]
    return Response(200, content.ljust(int(row["size"]), b"\0"), content_type)
