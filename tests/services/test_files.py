"""Files in pieces in the database."""

from __future__ import annotations

import io
import random

import pytest

from integrations.models import FilePiece, StoredFile
from integrations.services.files import PIECE, base_name, file_open, file_store
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


def test_a_file_comes_back_as_it_was_and_can_be_read_from_anywhere() -> None:
    content = random.Random(4).randbytes(2 * PIECE + 12_345)
    chunks = (content[at : at + 70_000] for at in range(0, len(content), 70_000))
    file = file_store(workspace=make_workspace(), name="big.bin", chunks=chunks)
    assert (file.size, FilePiece.objects.filter(file=file).count()) == (len(content), 3)
    with file_open(file) as stored:
        assert stored.read() == content
        assert (stored.seek(PIECE - 10), stored.read(20)) == (PIECE - 10, content[PIECE - 10 : PIECE + 10])
        stored.seek(-5, io.SEEK_END)
        assert (stored.read(), stored.read()) == (content[-5:], b"")


def test_an_empty_or_too_large_file_leaves_nothing_behind(settings: object) -> None:
    settings.PORTAL_UPLOAD_MB = 1  # type: ignore[attr-defined]
    workspace = make_workspace()
    with pytest.raises(ValueError, match="is empty"):
        file_store(workspace=workspace, name="none", chunks=[])
    with pytest.raises(ValueError, match="larger than 1 MB"):
        file_store(workspace=workspace, name="much", chunks=[b"x" * 600_000] * 2)
    assert not StoredFile.objects.exists() and not FilePiece.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\tags.csv", "tags.csv"),
        ("a\x00\nb.csv", "ab.csv"),
        ("", "file"),
    ],
)
def test_a_name_keeps_neither_folders_nor_control_characters(given: str, kept: str) -> None:
    assert base_name(given) == kept
