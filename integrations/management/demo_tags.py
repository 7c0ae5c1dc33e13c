"""The demo's upload of project codes: previewed by the workers and left to the visitor to decide."""

from __future__ import annotations

from pathlib import Path

from integrations.management.demo import WORKSPACE, Tell
from integrations.management.tag_running import wait_until_ended
from integrations.models import TagUpload, Workspace
from integrations.services.files import file_store
from integrations.services.tag_ends import summary
from integrations.services.tag_lists import choose_list
from integrations.services.tag_uploads import upload_create, upload_preview

FILE = Path(__file__).resolve().parent / "demo_tags.csv"


def show_tags(tell: Tell) -> TagUpload | None:
    """None when somebody has uploaded tags already."""
    tag_list = choose_list(Workspace.objects.get(slug=WORKSPACE), "ieatta")
    if TagUpload.objects.filter(tag_list=tag_list).exists():
        return None
    tell("\nPreviewing a file of project codes as Ieatta tags through the workers.")
    file = file_store(workspace=tag_list.workspace, name="project-codes.csv", chunks=[FILE.read_bytes()])
    upload = upload_create(tag_list=tag_list, file=file, mode=TagUpload.Mode.APPEND)
    upload_preview(upload=upload)
    wait_until_ended(upload, tell)
    tell(f"  {upload} would append: {summary(upload.counts)}. It waits for you under Tag uploads.")
    return upload
