"""The table and the resources of the comparison with django-import-export. Needs Django set up."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from import_export import fields, resources, widgets


class PlainTag(models.Model):
    """As a project would have it that keeps no history."""

    list_number = models.IntegerField()
    name = models.CharField(max_length=255)
    gl_code = models.CharField(max_length=255, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        app_label = "integrations"
        constraints = [models.UniqueConstraint(fields=["list_number", "name"], name="plain_tag_once")]


class PlainTags(resources.ModelResource):
    list_number = fields.Field("list_number", "list_number")
    name = fields.Field("name", "Name")
    gl_code = fields.Field("gl_code", "GL Code")
    enabled = fields.Field("enabled", "Enabled", widgets.BooleanWidget())

    class Meta:
        model = PlainTag
        import_id_fields = ("list_number", "name")

    def before_import(self, dataset: Any, **options: Any) -> None:
        if "list_number" not in dataset.headers:
            dataset.append_col([1] * len(dataset), header="list_number")


class SkippingTags(PlainTags):
    class Meta:
        skip_unchanged = True
        report_skipped = True


def made(model: type[models.Model], *, anew: bool) -> None:
    there = model._meta.db_table in connection.introspection.table_names()
    with connection.schema_editor() as editor:
        if there and anew:
            editor.delete_model(model)
        if anew or not there:
            editor.create_model(model)
