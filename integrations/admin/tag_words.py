"""Lists of tags and uploads in words, and the addresses of their pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from integrations.core.tags import Shape, split_path
from integrations.models import TagList, TagTarget, TagUpload

TARGET_KINDS = {"job": "Project", "issue": "Ticket", "contract": "Retainer"}
STEPS = {
    "asking": "Reading the present list at Ieatta",
    "reading": "Reading the file", "comparing": "Comparing with the present list",
    "storing": "Storing the new version", "sending": "Sending to Ieatta", "checking": "Reading back from Ieatta",
}  # fmt: skip
CLOSED = [TagUpload.Status.DONE, TagUpload.Status.DONE_WITH_FAILURES]
BUSY = [TagUpload.Status.QUEUED, TagUpload.Status.RUNNING, TagUpload.Status.CANCELLING, TagUpload.Status.HELD]
COUNTED = [
    ("added", "added"), ("changed", "changed"), ("removed", "removed"), ("disabled", "disabled"),
    ("unchanged", "unchanged"), ("rejected", "rejected"), ("repeated", "repeated"),
    ("targets", "given an Accelo target"),
    ("unknown_targets", "with a target that Accelo does not have"),
    ("differences", "different at Ieatta"),
]  # fmt: skip
WRITES = ("added", "changed", "removed", "disabled")
ALWAYS = ("added", "changed", "unchanged")
WIZARD = ("File", "Columns", "Preview", "Result")


def tags_address(tag_list: TagList) -> str:
    return f"{reverse('admin:integrations_tag_changelist')}?{urlencode({'list': tag_list.pk})}"


def upload_address(upload: TagUpload) -> str:
    return reverse("admin:integrations_tagupload_change", args=[upload.pk])


def versions_address(tag_list: TagList, before: int, after: int) -> str:
    page = reverse("admin:integrations_taglist_versions", args=[tag_list.pk])
    return f"{page}?{urlencode({'a': before, 'b': after})}#compared"


def target_words(target: TagTarget) -> str:
    return f"{TARGET_KINDS.get(target.kind, target.kind)} {target.label or target.external_id}"


def parent_words(path: str, depth: int) -> str:
    """The upper levels of a dependent tag; '' for one without."""
    return " › ".join(name for name in split_path(path)[: depth - 1] if name)


def level_words(shape: Shape, depth: int) -> str:
    return shape.levels[depth - 1] if depth <= len(shape.levels) else f"Level {depth}"


def counts_of(upload: TagUpload) -> list[tuple[str, str, int]]:
    """Name, words and number of what is worth telling."""
    counts = upload.counts
    shown = ALWAYS if "unchanged" in counts else ()
    return [(name, words, counts.get(name, 0)) for name, words in COUNTED if counts.get(name) or name in shown]


def counts_words(upload: TagUpload) -> str:
    told = [f"{number:,} {words}" for name, words, number in counts_of(upload) if number and name != "repeated"]
    return ", ".join(told)


def number_of_changes(counts: dict[str, Any]) -> int:
    return sum(counts.get(name, 0) for name in WRITES)


def who(upload: TagUpload) -> str:
    if upload.requested_by:
        return upload.requested_by.get_username()
    return "somebody at Ieatta" if upload.origin == TagUpload.Origin.FOUND else "the command line"


def file_name(upload: TagUpload) -> str:
    """Of the original file, or what stands in for one."""
    files = list(upload.files.all())
    if upload.origin == TagUpload.Origin.FILE and files:
        return files[0].file.name
    return upload.get_origin_display()


def upload_need(upload: TagUpload) -> tuple[str, str, str]:
    """What Home says of an upload that waits for a person: words, link, what to do."""
    action = "Decide" if upload.status == TagUpload.Status.READY else "See why"
    words = f"Tags, {file_name(upload)}: {upload.get_status_display().lower()}. {upload.message}"
    return words.strip(), upload_address(upload), action


def heading_of(upload: TagUpload) -> str:
    return f"Upload {upload.pk} to {upload.tag_list.connection.name}"
