"""Receipts: kind, size, name, and what follows when one cannot be had."""

from __future__ import annotations

import pytest

from integrations.core.errors import ConfigError, PortalError, RejectedError, TransientError
from integrations.syncs.ieatta_accelo.receipts import check_receipt, fetch_receipt, safe_name, sniff

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 50
WANTED = {"id": "R1", "url": "https://receipts.example.test/1", "filename": "taxi.jpg"}


@pytest.mark.parametrize(
    ("content", "mimetype"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF87a...", "image/gif"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1....", "image/heic"),
        (b"II*\x00....", "image/tiff"),
        (b"MM\x00*....", "image/tiff"),
        (b"BM......", "image/bmp"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", ""),
        (b"\x00\x00\x00\x18ftypmp42....", ""),
        (b"MZ......", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_the_kind(content: bytes, mimetype: str) -> None:
    found = sniff(content)
    assert (found[0] if found else "") == mimetype


@pytest.mark.parametrize(
    ("content", "words", "lasting"),
    [
        (b"  <!DOCTYPE html><html>", "web page", True),
        (b"\xef\xbb\xbf<html>", "web page", True),
        (b"hello", "neither a picture nor a PDF", True),
        (b"", "empty", False),
        (JPEG + b"x" * 1_000_000, "at most 1 are allowed", True),
    ],
)
def test_what_is_no_receipt_is_refused_with_a_sentence(content: bytes, words: str, lasting: bool) -> None:
    found = check_receipt(content, "a.jpg", "R1", 1)
    assert found.attachment is None and found.lasting is lasting
    assert words in found.problem and found.problem.startswith("The expense was filed without its receipt.")


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("taxi.jpg", "taxi.jpg"),
        ("taxi.JPEG", "taxi.JPEG"),
        ("taxi.png", "taxi.jpg"),
        ("taxi", "taxi.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\files\\taxi.jpg", "taxi.jpg"),
        ("taxi\r\nX: y.jpg", "taxi_X_ y.jpg"),
        ('a"b;c.jpg', "a_b_c.jpg"),
        (".jpg", "jpg.jpg"),
        ("", "receipt-R1.jpg"),
        ("…", "receipt-R1.jpg"),
        ("Straße 5.jpg", "Straße 5.jpg"),
        ("v1.25 notes", "v1.25 notes.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_the_file_name_is_safe_and_ends_as_the_file_is(filename: str, name: str) -> None:
    assert safe_name(filename, "image/jpeg", ".jpg", "R1") == name


def test_a_fetched_receipt_is_ready_to_send() -> None:
    asked: list[tuple[str, int]] = []

    def fetch(url: str, most: int) -> tuple[bytes, str]:
        asked.append((url, most))
        return JPEG, "text/html"

    found = fetch_receipt(WANTED, fetch, 10).attachment
    assert found is not None and (found.filename, found.content, found.mimetype) == ("taxi.jpg", JPEG, "image/jpeg")
    assert asked == [("https://receipts.example.test/1", 10_000_000)]


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (RejectedError("It is gone."), True),
        (ConfigError("The address is private."), True),
        (TransientError("The server is slow."), False),
        (PortalError("Odd."), False),
    ],
)
def test_a_receipt_that_cannot_be_fetched_is_a_remark(error: PortalError, lasting: bool) -> None:
    def fetch(url: str, most: int) -> tuple[bytes, str]:
        raise error

    found = fetch_receipt(WANTED, fetch, 10)
    assert found.attachment is None and found.lasting is lasting and error.message in found.problem


def test_without_a_door_for_files_the_receipt_is_a_remark() -> None:
    assert "no way to fetch" in fetch_receipt(WANTED, None, 10).problem
