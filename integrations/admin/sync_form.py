"""One form for all syncs: name, connections, schedule, streams, and the declared options as fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integrations import registry
from integrations.admin.schedule_words import RHYTHMS, is_schedule
from integrations.core.errors import ConfigError
from integrations.models import Connection, Link, Sync, Workspace
from integrations.services.conditions import HELP, conditions_parse, conditions_text, holds_conditions
from integrations.services.feeds import enabled_streams, is_configured, same_account
from integrations.syncs.base import Option, Scope
from integrations.syncs.base import Sync as SyncKind

DOUBLED = (
    "The sync {} already carries these records between these two accounts; a second one would create each of them "
    "twice. Change that one, or choose another connection."
)
TIMES_URL = reverse_lazy("admin:integrations_sync_times")


class SyncForm(forms.ModelForm):
    """`kind` and `workspace` are set on a subclass by `sync_form`."""

    kind: SyncKind
    workspace: Workspace

    rhythm = forms.ChoiceField(
        label="Rhythm",
        required=False,
        choices=[*RHYTHMS, ("other", "Other: as written below")],
        widget=UnfoldAdminSelectWidget(attrs={"data-fills": "id_schedule"}),
    )
    begin = forms.BooleanField(
        label="Begin at once",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="Off: the sync starts paused, so that you can map and preview first. You resume it with one press.",
    )
    chosen_streams = forms.MultipleChoiceField(
        label="What runs", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    class Meta:
        model = Sync
        fields = ["name", "key", "source", "target", "schedule"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._init_connections()
        self._init_schedule()
        self.fields["key"].required, self.fields["key"].label = False, "Short name"
        self.fields["name"].initial = self.kind.label
        streams = [(stream.key, stream.label) for stream in self.kind.streams]
        self.fields["chosen_streams"].choices = streams  # type: ignore[attr-defined]
        self.fields["chosen_streams"].initial = self.instance.streams or [key for key, _ in streams]
        for option in self.kind.options:
            self.fields[f"option_{option.name}"].initial = as_initial(option, self.instance.options)

    def _init_connections(self) -> None:
        own = Connection.objects.filter(workspace=self.workspace)
        linked = self.instance.pk and Link.objects.filter(sync=self.instance).exists()
        for name, vendor in (("source", self.kind.source), ("target", self.kind.target)):
            field: Any = self.fields[name]
            field.queryset = own.filter(vendor=vendor)
            field.label = f"{'From' if name == 'source' else 'To'} ({registry.vendor(vendor).label})"
            field.empty_label = None if field.queryset.count() == 1 else "Choose a connection"
            if linked:
                field.disabled = True
                field.help_text = "Fixed: records are linked already. Make a new sync for another account."

    def _init_schedule(self) -> None:
        present = self.instance.schedule if self.instance.pk else self.kind.schedule
        known = [cron for cron, _ in RHYTHMS]
        self.fields["schedule"].initial = present
        self.fields["rhythm"].initial = present if present in known else "other"
        self.fields["schedule"].widget = UnfoldAdminTextInputWidget(
            attrs={
                "hx-get": TIMES_URL, "hx-trigger": "load, input changed delay:300ms, change",
                "hx-target": "#schedule-times", "autocomplete": "off",
            }
        )  # fmt: skip
        self.fields["schedule"].help_text = mark_safe(
            "Five parts, in UTC: minute, hour, day, month, weekday. Empty = by hand only."
            '<span id="schedule-times" class="po-times" aria-live="polite"></span>'
        )

    def clean_schedule(self) -> str:
        cron = " ".join((self.cleaned_data.get("schedule") or "").split())
        if cron and not is_schedule(cron):
            raise forms.ValidationError(
                "This is not a schedule. Write five parts, such as 0 * * * * for every hour, or choose a rhythm above."
            )
        return cron

    def clean_key(self) -> str:
        key = self.cleaned_data["key"] or free_key(self.workspace, self.cleaned_data.get("name") or self.kind.key)
        if Sync.objects.filter(workspace=self.workspace, key=key).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another sync has the short name {key}. Choose a different one.")
        return key

    def clean(self) -> dict[str, Any]:
        """Two syncs that carry the same records between the same accounts would create each of them twice."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        others = Sync.objects.filter(workspace=self.workspace, kind=self.kind.key).exclude(pk=self.instance.pk)
        source, target = given.get("source"), given.get("target")
        if source is None or target is None:
            return given
        for other in others.select_related("source", "target"):
            if same_account(other.source, source) and same_account(other.target, target) and self.overlaps(other):
                self.add_error(None, DOUBLED.format(other.name))
        return given

    def overlaps(self, other: Sync) -> bool:
        return bool(set(self.enabled_streams()) & set(enabled_streams(other, self.kind)))

    def enabled_streams(self) -> tuple[str, ...]:
        """Streams that will run: of a configured kind those of its Configure page, for a new one the declared ones."""
        return enabled_streams(
            Sync(kind=self.kind.key, streams=self.given_streams(), feeds=self.instance.feeds), self.kind
        )

    def given_options(self) -> dict[str, Any]:
        return {
            option.name: as_stored(option, self.cleaned_data.get(f"option_{option.name}"))
            for option in self.kind.options
        }

    @property
    def opened(self) -> bool:
        """Read-only was on, and is being turned off."""
        return bool(
            self.instance.pk and "option_read_only" in self.changed_data and not self.cleaned_data["option_read_only"]
        )

    def given_streams(self) -> list[str]:
        """[] stands for all, those of later versions included, and where an admin configures each."""
        if is_configured(self.kind):
            return []
        chosen = self.cleaned_data.get("chosen_streams") or []
        return [] if len(chosen) in (0, len(self.kind.streams)) else list(chosen)


def free_key(workspace: Workspace, name: str) -> str:
    base = slugify(name)[:50] or "sync"
    taken = set(Sync.objects.filter(workspace=workspace).values_list("key", flat=True))
    return next(key for n in range(1, 1000) if (key := base if n == 1 else f"{base}-{n}") not in taken)


def sync_form(kind: SyncKind, workspace: Workspace) -> type[SyncForm]:
    fields: dict[str, Any] = {f"option_{option.name}": build_field(option) for option in kind.options}
    return type("DeclaredSyncForm", (SyncForm,), {**fields, "kind": kind, "workspace": workspace})


def fieldsets_of(kind: SyncKind, *, new: bool) -> list[tuple[str | None, dict[str, Any]]]:
    """What a configured kind carries, and when it begins, is said on its Configure page."""
    configured = is_configured(kind)
    names = ["name", "key", "source", "target"]
    names += ["chosen_streams"] if len(kind.streams) > 1 and not configured else []
    schedule = ["rhythm", "schedule"] + (["begin"] if new and not configured else [])
    options = [f"option_{option.name}" for option in kind.options]
    return [(None, {"fields": names}), ("Schedule", {"fields": schedule}), ("Options", {"fields": options})]


class ConditionsField(forms.CharField):
    """One condition a line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            conditions_parse(str(value or ""))
        except ConfigError as wrong:
            raise forms.ValidationError(wrong.message) from None


def build_field(option: Option) -> forms.Field:
    common: dict[str, Any] = {"label": option.label, "help_text": escape(option.help), "required": False}
    if holds_conditions(option):
        return ConditionsField(label=option.label, help_text=escape(f"{option.help} {HELP}"), required=False)
    if option.type == "bool":
        return forms.BooleanField(widget=UnfoldBooleanSwitchWidget(), **common)
    if option.type == "choice":
        return forms.ChoiceField(choices=option.choices, widget=UnfoldAdminSelectWidget(), **common)
    if option.type == "int":
        limits: dict[str, Any] = {"min_value": option.minimum, "max_value": option.maximum}
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget(), **limits, **common)
    if option.type == "decimal":
        limits = {"min_value": option.minimum, "max_value": option.maximum}
        return forms.DecimalField(widget=UnfoldAdminTextInputWidget(), **limits, **common)
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), **common)


def as_initial(option: Option, stored: dict[str, Any]) -> Any:
    value = stored.get(option.name, option.default)
    if holds_conditions(option):
        return conditions_text(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def as_stored(option: Option, value: Any) -> Any:
    """JSON values; an emptied number stands at its default."""
    if holds_conditions(option):
        return conditions_parse(str(value or ""))
    if option.type == "list":
        return [part.strip() for part in str(value or "").split(",") if part.strip()]
    if value is None:
        return option.default
    return str(value) if isinstance(value, Decimal) else value


class ScopeForm(forms.Form):
    """Which records a run is asked for; all empty = what is new."""

    since = forms.DateField(label="From", required=False, widget=UnfoldAdminSingleDateWidget())
    until = forms.DateField(label="Until", required=False, widget=UnfoldAdminSingleDateWidget())
    records = forms.CharField(label="Only these records (source ids)", required=False)
    full = forms.BooleanField(label="Look at everything again", required=False)

    def scope(self) -> Scope:
        given = self.cleaned_data
        ids = tuple(part.strip() for part in given["records"].replace(",", " ").split())
        return Scope(source_ids=ids, since=given["since"], until=given["until"], full=given["full"])
