"""Uploaded files, kept in the database in pieces, so that every host reaches them and none stands in a web root."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.models import FilePiece, StoredFile, Workspace

PIECE = 1 << 20
REMOVED = "The file {name} was removed {days} days after it came. Upload it again."


def file_store(*, workspace: Workspace, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Raises ValueError, in words, for an empty file or one over the limit; nothing is kept then."""
    digest, size, limit = hashlib.sha256(), 0, settings.PORTAL_UPLOAD_MB * 1_000_000
    with transaction.atomic():
        expires = timezone.now() + timedelta(days=settings.PORTAL_UPLOAD_DAYS)
        file = StoredFile.objects.create(
            workspace=workspace, name=base_name(name), size=0, digest="", expires_at=expires
        )  # fmt: skip
        for position, piece in enumerate(_pieces(chunks)):
            size += len(piece)
            if size > limit:
                raise ValueError(f"The file is larger than {settings.PORTAL_UPLOAD_MB} MB. Split it.")
            digest.update(piece)
            FilePiece.objects.create(file=file, position=position, data=piece)
        if not size:
            raise ValueError("The file is empty. Choose another one.")
        file.size, file.digest = size, digest.hexdigest()
        file.save(update_fields=["size", "digest"])
    return file


def base_name(name: str) -> str:
    """A file's name as it is shown: no folders, no control characters."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in plain if sign.isprintable()).strip()[-200:] or "file"


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


def file_open(file: StoredFile) -> BinaryIO:
    """A seekable binary file that holds one piece at a time. Raises FileGone when its content was removed."""
    if file.removed_at or not file.pieces.exists():
        raise FileGone(REMOVED.format(name=file.name, days=settings.PORTAL_UPLOAD_DAYS))
    return cast(BinaryIO, io.BufferedReader(PieceReader(file), buffer_size=1 << 16))


def opener(file: StoredFile) -> Callable[[], BinaryIO]:
    return lambda: file_open(file)


class FileGone(ValueError):
    """Its content was removed after its time."""


class PieceReader(io.RawIOBase):
    def __init__(self, file: StoredFile) -> None:
        self.file = file
        self.at = 0
        self.number = -1
        self.piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.file.size}[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, start = divmod(self.at, PIECE)
        if self.at >= self.file.size:
            return 0
        if number != self.number:
            row = FilePiece.objects.values_list("data", flat=True).get(file=self.file, position=number)
            self.piece, self.number = bytes(row), number
        part = self.piece[start : start + len(buffer)]
        buffer[: len(part)] = part
        self.at += len(part)
        return len(part)


def files_expire() -> int:
    """Remove the content of files whose time is over; their names stay in the history. Returns how many."""
    now = timezone.now()
    over = list(StoredFile.objects.filter(removed_at=None, expires_at__lt=now)[:100])
    for file in over:
        with transaction.atomic():
            FilePiece.objects.filter(file=file).delete()
            StoredFile.objects.filter(pk=file.pk).update(removed_at=now)
    return len(over)
