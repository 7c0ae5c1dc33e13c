"""Lists of tags with all their versions, what each tag stands for in Accelo, and the uploads that changed them."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from integrations.models.connections import Connection
from integrations.models.files import StoredFile
from integrations.models.jobs import ACTIVE, Job
from integrations.models.workspaces import Workspace


class TagList(models.Model):
    """The tags of one Ieatta workspace (policy), as last confirmed there. `version`: the present one, 0 = none yet.

    `layouts`: how files with these headings were read last, by headings. `apart`: where Ieatta's list was last seen
    to differ: {"at", "total", "rows": [{"path", "portal", "vendor"}]}, {} = equal. `targets_version` counts changes
    of what tags stand for.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tag_lists")
    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="tag_list")
    levels = models.JSONField(default=list)
    dependent = models.BooleanField(default=False)
    gl_codes = models.BooleanField(default=True)
    required = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)
    tags = models.PositiveIntegerField(default=0)
    layouts = models.JSONField(default=dict)
    apart = models.JSONField(default=dict)
    targets_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["workspace", "pk"]

    def __str__(self) -> str:
        return f"Tags of {self.connection.name}"


class Tag(models.Model):
    """One tag as it was from version `since` until before version `until`; null = it still is so.

    A version being sent is stored before it is confirmed: what stands is `since <= version < until` of the list's
    version, not the rows without an `until`. Rows are only ever inserted and ended.
    """

    tag_list = models.ForeignKey(TagList, on_delete=models.CASCADE, related_name="rows", db_index=False)
    depth = models.PositiveSmallIntegerField(default=1)
    path = models.TextField()
    name = models.CharField(max_length=255)
    gl_code = models.CharField("GL code", max_length=255, blank=True)
    enabled = models.BooleanField(default=True)
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag_list", "path"], condition=models.Q(until__isnull=True), name="tag_once"
            )
        ]
        indexes = [
            models.Index(fields=["tag_list", "until"], condition=models.Q(until__isnull=False), name="tag_ended")
        ]

    def __str__(self) -> str:
        return self.path


class TagTarget(models.Model):
    """What a tag stands for in Accelo. A person's choice (hand), one that a file or Accelo itself gave (drawn), or one
    found by equal code or title. Survives the tag's removal."""

    class Ground(models.TextChoices):
        CODE = "code", "equal code"
        TITLE = "title", "equal title"
        HAND = "hand", "chosen by hand"
        DRAWN = "drawn", "drawn from Accelo"

    tag_list = models.ForeignKey(TagList, on_delete=models.CASCADE, related_name="targets")
    path = models.TextField()
    kind = models.CharField(max_length=40)
    external_id = models.CharField(max_length=255)
    label = models.CharField(max_length=500, blank=True)
    ground = models.CharField(max_length=10, choices=Ground.choices)
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag_list", "path"], name="tag_target_once")]

    def __str__(self) -> str:
        return f"{self.path} → {self.label or self.external_id}"


class TagUpload(Job):
    """One upload from its file to the version it became. Read-only history once closed.

    `step` is what its worker does next. `layout`: how the file is read (imports/layout.py). `shape`: of the list that
    results. `base_version` and
    `base_digest`: the portal's and Ieatta's list that the preview compared with. `sent_at`: set and
    committed before the list is sent. `version`: what it became; a list found changed at Ieatta becomes a version of
    its own first. `differences`: after reading back, {"path", "wanted", "vendor"}. `follows`: the upload that
    this one undoes, or whose rejected rows it brings corrected.
    """

    class Mode(models.TextChoices):
        REPLACE = "replace", "Replace"
        APPEND = "append", "Append"

    class Origin(models.TextChoices):
        FILE = "file", "File"
        DRAWN = "drawn", "Drawn from Accelo"
        UNDO = "undo", "Undo"
        FOUND = "found", "Found at Ieatta"

    class Absent(models.TextChoices):
        REMOVE = "remove", "Remove"
        DISABLE = "disable", "Disable"

    class Step(models.TextChoices):
        PREVIEW = "preview", "Preview"
        APPLY = "apply", "Upload"

    class Status(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        CANCELLING = "cancelling", "Cancelling"
        HELD = "held", "Held"
        READY = "ready", "Waits for your decision"
        DONE = "done", "Done"
        DONE_WITH_FAILURES = "done_with_failures", "Done, with rejected rows or differences"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tag_uploads")
    tag_list = models.ForeignKey(TagList, on_delete=models.CASCADE, related_name="uploads")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FILE)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.REPLACE)
    absent = models.CharField(max_length=10, choices=Absent.choices, default=Absent.REMOVE)
    push = models.BooleanField(default=True)
    good_only = models.BooleanField(default=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.PREVIEW)
    layout = models.JSONField(default=dict)
    shape = models.JSONField(default=dict)
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by")
    base_version = models.PositiveIntegerField(default=0)
    base_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    differences = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag_list"], condition=models.Q(status__in=ACTIVE), name="one_tag_upload_at_work"
            ),
            models.UniqueConstraint(
                fields=["tag_list", "version"], condition=models.Q(version__isnull=False), name="one_upload_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"Upload {self.pk}"


class TagUploadFile(models.Model):
    """The original file first, then files of corrected rows in the order they came."""

    upload = models.ForeignKey(TagUpload, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    layout = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="tag_upload_file_once")]

    def __str__(self) -> str:
        return self.file.name


class TagChange(models.Model):
    """What a previewed upload would do with one tag. Kept until it is carried out: from then on the versions tell.

    `used`: open expenses that carry the tag; null where that is not known.
    """

    class Kind(models.TextChoices):
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        REMOVED = "removed", "Removed"
        DISABLED = "disabled", "Disabled"

    upload = models.ForeignKey(TagUpload, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    row = models.PositiveIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=1)
    path = models.TextField()
    name = models.CharField(max_length=255)
    gl_code = models.CharField(max_length=255, blank=True)
    enabled = models.BooleanField(default=True)
    old_gl_code = models.CharField(max_length=255, null=True)
    old_enabled = models.BooleanField(null=True)
    used = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["upload", "kind", "id"], name="tag_change_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


class TagRejection(models.Model):
    """A row of an upload's file that cannot be taken, with the reason. `cells`: the row as it stands in the file."""

    upload = models.ForeignKey(TagUpload, on_delete=models.CASCADE, related_name="rejections")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=255, blank=True)
    reason = models.TextField()
    cells = models.JSONField(default=list)
    path = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["upload", "row"], name="tag_rejection_by_row")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"
