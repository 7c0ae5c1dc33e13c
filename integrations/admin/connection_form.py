"""One form for all vendors: the declared settings and credentials as fields. Secrets are written, never shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.text import slugify
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from integrations import registry
from integrations.models import Connection, Workspace
from integrations.vendors.base import Setting, Vendor

STORED = "stored; leave empty to keep"


class ConnectionForm(forms.ModelForm):
    """`vendor` and `workspace` are set on a subclass by `connection_form`."""

    vendor: Vendor
    workspace: Workspace

    class Meta:
        model = Connection
        fields = ["name", "key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required, self.fields["key"].label = False, "Short name"
        for item in self.vendor.settings:
            name = field_name(item, "setting")
            if name in self.fields:
                self.fields[name].initial = self.instance.settings.get(item.name) or item.default
        for item in self.vendor.credentials:
            name = field_name(item, "credential")
            if name in self.fields:
                show_stored(self.fields[name], item, str(self.instance.credentials.get(item.name) or ""))

    def clean_key(self) -> str:
        key = self.cleaned_data["key"] or free_key(self.workspace, self.cleaned_data.get("name") or self.vendor.key)
        others = Connection.objects.filter(workspace=self.workspace, key=key).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(f"Another connection has the short name {key}. Choose a different one.")
        return key

    def given_settings(self) -> dict[str, str]:
        declared = self.vendor.settings
        return {item.name: self.cleaned_data.get(field_name(item, "setting")) or "" for item in declared}

    def given_credentials(self) -> dict[str, str]:
        """Those that were filled in; a field left empty keeps what is stored."""
        values = {
            item.name: self.cleaned_data.get(field_name(item, "credential")) or "" for item in self.vendor.credentials
        }
        return {name: value for name, value in values.items() if value}


def free_key(workspace: Workspace, name: str) -> str:
    base = slugify(name)[:50] or "connection"
    taken = set(Connection.objects.filter(workspace=workspace).values_list("key", flat=True))
    return next(key for n in range(1, 1000) if (key := base if n == 1 else f"{base}-{n}") not in taken)


def show_stored(field: forms.Field, item: Setting, stored: str) -> None:
    """A secret shows only that it is there; other credentials show their value."""
    if item.secret:
        field.widget.attrs["placeholder"] = STORED if stored else ""
    else:
        field.initial = stored or item.default


def field_name(item: Setting, group: str) -> str:
    return f"{group}_{item.name}"


def connection_form(vendor: Vendor, workspace: Workspace) -> type[ConnectionForm]:
    fields: dict[str, Any] = {field_name(item, "setting"): build_field(item) for item in vendor.settings}
    fields |= {field_name(item, "credential"): build_field(item) for item in vendor.credentials}
    return type("DeclaredConnectionForm", (ConnectionForm,), {**fields, "vendor": vendor, "workspace": workspace})


def fieldsets_of(vendor: Vendor) -> list[tuple[str | None, dict[str, Any]]]:
    """What is needed first; what can be left as it is folded away below."""
    needed = [field_name(item, "setting") for item in vendor.settings if item.required]
    more = [field_name(item, "setting") for item in vendor.settings if not item.required]
    return [
        (None, {"fields": ["name", "key"]}),
        (f"{vendor.label} account", {"fields": needed}),
        ("Credentials", {
            "fields": [field_name(item, "credential") for item in vendor.credentials],
            "description": "Stored encrypted. What is secret is never shown again.",
        }),
        *([("More settings", {"fields": more, "classes": ["collapse"]})] if more else []),
    ]  # fmt: skip


def build_field(item: Setting) -> forms.Field:
    """Whether a needed value is there is judged by the connection test, so that an unfinished one can be saved."""
    attrs = {"autocomplete": "off", **shown_when(item.when)}
    common: dict[str, Any] = {"label": item.label, "help_text": escape(item.help), "required": False}
    if item.choices:
        return forms.ChoiceField(choices=item.choices, widget=UnfoldAdminSelectWidget(attrs=attrs), **common)
    if item.secret:
        attrs["autocomplete"] = "new-password"
        return forms.CharField(widget=UnfoldAdminPasswordWidget(attrs=attrs, render_value=False), strip=True, **common)
    return forms.CharField(widget=UnfoldAdminTextInputWidget(attrs=attrs), strip=True, **common)


def shown_when(when: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """For the page's script: the row is shown while these fields have these values."""
    if not when:
        return {}
    return {"data-shown-when": json.dumps({f"id_setting_{name}": list(values) for name, values in when.items()})}


def vendor_or_none(key: str) -> Vendor | None:
    return registry.vendor(key) if key in registry.keys(registry.VENDORS) else None
