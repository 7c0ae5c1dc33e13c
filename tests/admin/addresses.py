"""Every address of the admin, as the resolver knows it, and who may use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLPattern, URLResolver, resolve

VIEW, RUN, SET, ALL = "viewer", "operator", "admin", "superuser"

# Address name -> (method that does something, least role). Read-only models answer 403 to everybody's writing.
RIGHTS: dict[str, tuple[str, str]] = {
    "integrations_connection_add": ("GET", SET),
    "integrations_connection_callback": ("GET", VIEW),
    "integrations_connection_change": ("GET", VIEW),
    "integrations_connection_changelist": ("GET", VIEW),
    "integrations_connection_connect": ("POST", SET),
    "integrations_connection_delete": ("GET", ALL),
    "integrations_connection_disconnect": ("POST", SET),
    "integrations_connection_history": ("GET", VIEW),
    "integrations_connection_listen": ("POST", SET),
    "integrations_connection_test": ("POST", RUN),
    "integrations_fieldconflict_act": ("POST", RUN),
    "integrations_fieldconflict_add": ("GET", ALL),
    "integrations_fieldconflict_change": ("GET", VIEW),
    "integrations_fieldconflict_changelist": ("GET", VIEW),
    "integrations_fieldconflict_decide": ("POST", RUN),
    "integrations_fieldconflict_delete": ("GET", ALL),
    "integrations_fieldconflict_export": ("GET", VIEW),
    "integrations_fieldconflict_history": ("GET", VIEW),
    "integrations_import_add": ("GET", ALL),
    "integrations_import_begin": ("POST", SET),
    "integrations_import_cancel": ("POST", RUN),
    "integrations_import_change": ("GET", VIEW),
    "integrations_import_changelist": ("GET", VIEW),
    "integrations_import_confirm": ("GET", VIEW),
    "integrations_import_confirm_live": ("GET", VIEW),
    "integrations_import_delete": ("GET", ALL),
    "integrations_import_discard": ("POST", SET),
    "integrations_import_find": ("GET", SET),
    "integrations_import_history": ("GET", VIEW),
    "integrations_import_live": ("GET", VIEW),
    "integrations_import_preview": ("POST", RUN),
    "integrations_import_read": ("POST", RUN),
    "integrations_import_reading": ("GET", VIEW),
    "integrations_import_retry": ("POST", RUN),
    "integrations_import_start": ("POST", SET),
    "integrations_import_step": ("GET", VIEW),
    "integrations_import_step_save": ("POST", SET),
    "integrations_import_undo": ("POST", SET),
    "integrations_import_undo_look": ("POST", SET),
    "integrations_incident_add": ("GET", ALL),
    "integrations_incident_change": ("GET", VIEW),
    "integrations_incident_changelist": ("GET", VIEW),
    "integrations_incident_delete": ("GET", ALL),
    "integrations_incident_history": ("GET", VIEW),
    "integrations_intent_add": ("GET", ALL),
    "integrations_intent_change": ("GET", VIEW),
    "integrations_intent_changelist": ("GET", VIEW),
    "integrations_intent_delete": ("GET", ALL),
    "integrations_intent_history": ("GET", VIEW),
    "integrations_intent_settle": ("POST", RUN),
    "integrations_mapping_add": ("GET", ALL),
    "integrations_mapping_change": ("GET", VIEW),
    "integrations_mapping_changelist": ("GET", VIEW),
    "integrations_mapping_delete": ("GET", ALL),
    "integrations_mapping_history": ("GET", VIEW),
    "integrations_membership_add": ("GET", SET),
    "integrations_membership_change": ("GET", VIEW),
    "integrations_membership_changelist": ("GET", VIEW),
    "integrations_membership_delete": ("GET", SET),
    "integrations_membership_history": ("GET", VIEW),
    "integrations_message_add": ("GET", ALL),
    "integrations_message_again": ("POST", RUN),
    "integrations_message_attachment": ("GET", VIEW),
    "integrations_message_change": ("GET", VIEW),
    "integrations_message_changelist": ("GET", VIEW),
    "integrations_message_delete": ("GET", ALL),
    "integrations_message_history": ("GET", VIEW),
    "integrations_message_test": ("POST", SET),
    "integrations_run_act": ("POST", RUN),
    "integrations_run_add": ("GET", ALL),
    "integrations_run_apply": ("POST", RUN),
    "integrations_run_cancel": ("POST", RUN),
    "integrations_run_change": ("GET", VIEW),
    "integrations_run_changelist": ("GET", VIEW),
    "integrations_run_delete": ("GET", ALL),
    "integrations_run_export": ("GET", VIEW),
    "integrations_run_history": ("GET", VIEW),
    "integrations_run_items": ("GET", VIEW),
    "integrations_run_live": ("GET", VIEW),
    "integrations_sync_accept": ("POST", RUN),
    "integrations_sync_add": ("GET", SET),
    "integrations_sync_change": ("GET", VIEW),
    "integrations_sync_agreement": ("GET", VIEW),
    "integrations_sync_agreement_start": ("POST", RUN),
    "integrations_sync_changelist": ("GET", VIEW),
    "integrations_sync_configure": ("GET", VIEW),
    "integrations_sync_configure_part": ("POST", SET),
    "integrations_sync_configure_save": ("POST", SET),
    "integrations_sync_delete": ("GET", ALL),
    "integrations_sync_fields": ("GET", VIEW),
    "integrations_sync_fields_save": ("POST", SET),
    "integrations_sync_history": ("GET", VIEW),
    "integrations_sync_mappings": ("GET", VIEW),
    "integrations_sync_mappings_candidates": ("GET", VIEW),
    "integrations_sync_mappings_confirm": ("POST", SET),
    "integrations_sync_mappings_decide": ("POST", SET),
    "integrations_sync_mappings_export": ("GET", VIEW),
    "integrations_sync_mappings_free": ("POST", RUN),
    "integrations_sync_mappings_import": ("GET", SET),
    "integrations_sync_mappings_refresh": ("POST", SET),
    "integrations_sync_matching": ("GET", VIEW),
    "integrations_sync_matching_confirm": ("POST", SET),
    "integrations_sync_matching_decide": ("POST", RUN),
    "integrations_sync_matching_live": ("GET", VIEW),
    "integrations_sync_matching_start": ("POST", RUN),
    "integrations_sync_pause": ("POST", RUN),
    "integrations_sync_preview": ("POST", RUN),
    "integrations_sync_record": ("GET", VIEW),
    "integrations_sync_records": ("GET", VIEW),
    "integrations_sync_records_act": ("POST", RUN),
    "integrations_sync_run": ("POST", RUN),
    "integrations_sync_settings": ("GET", SET),
    "integrations_sync_times": ("GET", VIEW),
    "integrations_tag_add": ("GET", ALL),
    "integrations_tag_change": ("GET", VIEW),
    "integrations_tag_changelist": ("GET", VIEW),
    "integrations_tag_delete": ("GET", ALL),
    "integrations_tag_history": ("GET", VIEW),
    "integrations_tag_suggestions": ("GET", VIEW),
    "integrations_tag_target": ("POST", SET),
    "integrations_taglist_add": ("GET", ALL),
    "integrations_taglist_change": ("GET", VIEW),
    "integrations_taglist_changelist": ("GET", VIEW),
    "integrations_taglist_delete": ("GET", ALL),
    "integrations_taglist_draw": ("GET", SET),
    "integrations_taglist_export": ("GET", VIEW),
    "integrations_taglist_history": ("GET", VIEW),
    "integrations_taglist_resend": ("POST", SET),
    "integrations_taglist_take": ("POST", SET),
    "integrations_taglist_upload": ("GET", SET),
    "integrations_taglist_versions": ("GET", VIEW),
    "integrations_tagupload_add": ("GET", ALL),
    "integrations_tagupload_cancel": ("POST", RUN),
    "integrations_tagupload_change": ("GET", VIEW),
    "integrations_tagupload_changelist": ("GET", VIEW),
    "integrations_tagupload_changes": ("GET", VIEW),
    "integrations_tagupload_columns": ("GET", SET),
    "integrations_tagupload_columns_save": ("POST", SET),
    "integrations_tagupload_confirm": ("POST", SET),
    "integrations_tagupload_correct": ("POST", SET),
    "integrations_tagupload_delete": ("GET", ALL),
    "integrations_tagupload_discard": ("POST", SET),
    "integrations_tagupload_file": ("GET", VIEW),
    "integrations_tagupload_history": ("GET", VIEW),
    "integrations_tagupload_live": ("GET", VIEW),
    "integrations_tagupload_preview": ("POST", RUN),
    "integrations_tagupload_rejected": ("GET", VIEW),
    "integrations_tagupload_rest": ("GET", VIEW),
    "integrations_tagupload_try": ("POST", RUN),
    "integrations_tagupload_undo": ("POST", SET),
    "integrations_workspace_add": ("GET", ALL),
    "integrations_workspace_audit": ("GET", VIEW),
    "integrations_workspace_change": ("GET", VIEW),
    "integrations_workspace_changelist": ("GET", VIEW),
    "integrations_workspace_delete": ("GET", ALL),
    "integrations_workspace_history": ("GET", VIEW),
    "integrations_workspace_switch": ("GET", VIEW),
}
INSTALLATION = ("auth_user_", "django_q_", "integrations_workerbeat_")
"""Beginnings of the names of superusers' pages."""
COMMON = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "view_on_site",
    "search", "app_list",
}  # fmt: skip
"""Django's own pages that belong to no model. What they show of ours is asked for in the tests."""


@dataclass(frozen=True)
class Address:
    name: str
    route: str

    @property
    def model(self) -> str:
        return self.name.split("_")[1] if self.name.startswith("integrations_") else ""

    @property
    def takes_object(self) -> bool:
        return "object_id>" in self.route

    def at(self, pk: object) -> str:
        """The address for one object; "" stands for none."""
        route = self.route
        for part in ("<int:object_id>", "<path:object_id>", "<id>"):
            route = route.replace(part, str(pk))
        return f"/admin/{route}"


def addresses() -> list[Address]:
    resolve("/admin/")  # the pages are registered when the addresses are loaded, which may not have happened yet
    return sorted(set(walk(admin.site.get_urls(), "")), key=lambda one: (one.name, one.route))


def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield Address(pattern.name or "", route)


def of_workspaces() -> list[Address]:
    """Addresses of models that belong to workspaces."""
    return [one for one in addresses() if one.name.startswith("integrations_") and not of_installation(one)]


def of_installation(one: Address) -> bool:
    return one.name.startswith(INSTALLATION)
