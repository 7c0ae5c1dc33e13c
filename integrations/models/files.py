"""Uploaded files, in pieces: the database is the one place that every web and worker host reaches."""

from __future__ import annotations

from django.db import models

from integrations.models.workspaces import Workspace


class StoredFile(models.Model):
    """`size` in bytes, `digest` SHA-256 as hex. After `expires_at` the content is removed; the row stays."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class FilePiece(models.Model):
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="file_piece_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.position}"
