"""Lists of tags for tests: an Ieatta connection to the sandbox, uploads as a person makes them, what Ieatta holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from integrations.models import Budget, TagList, TagUpload, Workspace
from integrations.sandbox import Control
from integrations.services.files import file_store
from integrations.services.tag_lists import tag_list_of
from integrations.services.tag_stage import current
from integrations.services.tag_uploads import upload_confirm, upload_create, upload_now, upload_preview
from integrations.services.tag_work import upload_work
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from tests.factories import make_ieatta, make_workspace

Tags = list[tuple[str, str, bool]]


def make_list(url: str, workspace: Workspace | None = None, **settings: str) -> TagList:
    """Of a policy without tags, at a vendor that counts no calls."""
    Control(url, "ieatta").act("settings", windows=[])
    return tag_list_of(make_ieatta(workspace or make_workspace(), url, **settings))


def make_upload(
    tag_list: TagList, text: str | bytes, mode: str = "replace", name: str = "tags.csv", **values: Any
) -> Any:
    tag_list.refresh_from_db()
    content = text.encode() if isinstance(text, str) else text
    file = file_store(workspace=tag_list.workspace, name=name, chunks=[content])
    return upload_create(tag_list=tag_list, file=file, mode=mode, **values)


def upload(
    tag_list: TagList, text: str | bytes, mode: str = "replace", good_only: bool = True, **values: Any
) -> TagUpload:
    """Carried out at once, as `manage.py tags upload` does. The upload as it ended."""
    made = make_upload(tag_list, text, mode, **values)
    upload_now(upload=made, good_only=good_only, wake=False)
    return work(made)


def preview(tag_list: TagList, text: str | bytes, mode: str = "replace", **values: Any) -> TagUpload:
    made = make_upload(tag_list, text, mode, **values)
    upload_preview(upload=made, wake=False)
    return work(made)


def confirm(made: TagUpload, **values: Any) -> TagUpload:
    upload_confirm(upload=made, wake=False, **values)
    return work(made)


def carried_out(made: TagUpload, **values: Any) -> TagUpload:
    """Previewed and confirmed."""
    upload_preview(upload=made, wake=False)
    return confirm(work(made), **values)


def work(made: TagUpload) -> TagUpload:
    """Its next step, with the call allowance unused: pacing has its own tests."""
    Budget.objects.all().delete()
    upload_work(made.pk)
    made.refresh_from_db()
    made.tag_list.refresh_from_db()
    return made


def counts(made: TagUpload) -> dict[str, int]:
    """Those that are not zero, of what would be or was done."""
    names = ("added", "changed", "removed", "disabled", "unchanged", "rejected", "repeated", "differences")
    return {name: made.counts[name] for name in names if made.counts.get(name)}


def held(tag_list: TagList, version: int | None = None) -> Tags:
    """The portal's list: path, GL code, enabled."""
    tag_list.refresh_from_db()
    return sorted(current(tag_list, version).values_list("path", "gl_code", "enabled"))


def at_vendor(url: str, policy: str = POLICY_ID) -> list[dict[str, Any]]:
    """The policy's levels as the emulator keeps them."""
    levels: list[dict[str, Any]] = Control(url, "ieatta").act("state")["policies"][policy]["tags"]
    return levels


def flat(url: str) -> Tags:
    """The tags of a list of one level at Ieatta: name, GL code, enabled."""
    levels = at_vendor(url)
    return sorted((tag["name"], tag["glCode"], tag["enabled"]) for level in levels for tag in level["tags"])


def person_puts(url: str, *tags: tuple[str, str], level: str = "Tag") -> None:
    """Somebody sets the policy's list at Ieatta, of one level."""
    rows = [{"name": name, "glCode": code, "enabled": True} for name, code in tags]
    levels = [{"name": level, "setRequired": False, "tags": rows}]
    Control(url, "ieatta").act("put", table="policies", rows=[{"id": POLICY_ID, "tags": levels}])


def writes(url: str) -> int:
    """How many lists were sent to Ieatta."""
    bodies = [unquote_plus(str(call["body"])) for call in Control(url, "ieatta").calls()]
    return sum('"type": "update"' in body for body in bodies)
