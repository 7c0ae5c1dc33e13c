"""What is posted from a step of an import's wizard: decisions about values, defaults and options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from integrations import registry
from integrations.admin.import_picks import PickField, picked
from integrations.admin.import_values import LEAVE_OUT, default_of, ground_of, names_of, now_of, target_of
from integrations.admin.sync_form import as_initial, as_stored, build_field
from integrations.models import Import, Mapping
from integrations.services import mappings
from integrations.services.import_picks import pick_kind
from integrations.services.import_steps import StepState, Value
from integrations.services.import_survey import has_currencies
from integrations.syncs.base import Option

DEFAULT = "default:"
ATTACH = "attach"
DEFAULT_, CURRENCY = "default_", "currency"
"""How the names of options begin that stand beside their values, and of those about currencies."""
CHANGED = "{} was changed by somebody else meanwhile. It stands as they left it; look at it again."


@dataclass
class Told:
    """`done`: decisions stored. `wrong`: what was not, in words."""

    done: int = 0
    wrong: list[str] = field(default_factory=list)


def options_of(draft: Import) -> list[Option]:
    """Options that the wizard asks for: not the defaults, which stand beside their values, none of kinds of record
    that are not imported, and none about currencies where there is only one."""
    kind = registry.sync(draft.sync.kind)
    others = [f"{name}_" for name in kind.chosen_streams if name not in draft.kinds]
    others += [] if has_currencies(draft.sync, draft.kinds) else [CURRENCY]
    return [one for one in kind.options if not one.name.startswith((DEFAULT_, *others))]


class OptionsForm(forms.Form):
    """A rule `missing_…` that attaches to one record needs that record in `attach_…`."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, rule in self.fields.items():
            id = name.replace("option_missing_", "option_attach_", 1)
            wanted = id != name and id in self.fields and given.get(name) == ATTACH
            if wanted and not given.get(id) and id not in self.errors:
                words = f"Type a part of its name and choose it, or choose another rule for “{rule.label}”."
                self.add_error(id, words)
        return given


def options_form(draft: Import, data: QueryDict | None = None) -> forms.Form:
    options = options_of(draft)
    fields: dict[str, Any] = {
        f"option_{one.name}": PickField(draft, one) if pick_kind(one.name) else build_field(one) for one in options
    }
    initial = {
        f"option_{one.name}": picked(draft, one) if pick_kind(one.name) else as_initial(one, draft.sync.options)
        for one in options
    }
    return type("ImportOptions", (OptionsForm,), fields)(data, initial=initial)


def fields_apart(draft: Import, form: forms.Form | None) -> tuple[list[Any], list[Any]]:
    """Choices and what goes with them; numbers and conditions, which few people change."""
    main: list[Any] = []
    more: list[Any] = []
    for one in options_of(draft) if form is not None else ():
        (main if one.type in ("choice", "text", "bool") else more).append(form[f"option_{one.name}"])  # type: ignore[index]
    return main, more


def store_options(draft: Import, form: forms.Form) -> bool:
    """Of a valid form. Whether something changed."""
    given = {one.name: as_stored(one, form.cleaned_data.get(f"option_{one.name}")) for one in options_of(draft)}
    known = {one.name: draft.sync.options.get(one.name, one.default) for one in options_of(draft)}
    changed = {name: value for name, value in given.items() if not same(value, known[name])}
    return store(draft, changed)


def same(one: Any, other: Any) -> bool:
    return (list(one) if isinstance(one, tuple) else one) == (list(other) if isinstance(other, tuple) else other)


def store(draft: Import, changed: dict[str, Any]) -> bool:
    if changed:
        draft.sync.options = {**draft.sync.options, **changed}
        draft.sync.save(update_fields=["options"])
    return bool(changed)


# --- decisions ------------------------------------------------------------------------------------------------------


def decide(request: HttpRequest, draft: Import, state: StepState) -> Told:
    """First all choices of the page, then the pressed button's: `do` is a word, or a word, a colon and a row."""
    told = Told()
    values = {str(value.row.pk): value for value in state.values}
    for key, was, id, text in posted(request.POST):
        if id == was and (id or not text):
            continue
        if not id and text:
            told.wrong.append(f"“{text}” was not chosen. Choose from the list that opens while you type.")
        elif key.startswith(DEFAULT):
            decide_default(draft, state, key.removeprefix(DEFAULT), id, told)
        elif key in values:
            decide_value(values[key], was, id, request.user, told)
    do, _, row = request.POST.get("do", "").partition(":")
    if do == "ground":
        rows = [value.row for value in state.values if ground_of(value) == row]
        mappings.mappings_confirm(rows, request.user)
        told.done += len(rows)
    elif row in values:
        press(do, draft, values[row], request.user, told)
    return told


def posted(data: QueryDict) -> Iterator[tuple[str, str, str, str]]:
    """(row, the id that it had, the id that was chosen, the text beside it) of each line of the form."""
    names = ("row", "was", "target_id", "target_text")
    return zip(*(data.getlist(name) for name in names), strict=False)


def press(do: str, draft: Import, value: Value, user: Any, told: Told) -> None:
    """A button of one row."""
    row, was = value.row, now_of(value.row)
    if do == "accept" and row.state == Mapping.State.SUGGESTED:
        mappings.mappings_confirm([row], user)
        told.done += 1
    elif do == "ignore" and was != LEAVE_OUT:
        decide_value(value, was, LEAVE_OUT, user, told)
    elif do == "reopen" and was:
        decide_value(value, was, "", user, told)
    elif do == "default" and (default := default_of(draft, value.kind)) and default.id not in ("", was):
        decide_value(value, was, default.id, user, told)


def decide_value(value: Value, was: str, id: str, user: Any, told: Told) -> None:
    row = value.row
    row.refresh_from_db()
    if now_of(row) != was:
        if now_of(row) != id:
            told.wrong.append(CHANGED.format(row.source_label or row.source_value))
        return
    try:
        if id == LEAVE_OUT:
            mappings.mapping_ignore(row, user)
        elif id:
            mappings.mapping_decide(row, id, "", user)
        else:
            mappings.mapping_reopen(row, user)
    except ValueError as error:
        told.wrong.append(str(error))
    else:
        told.done += 1


def decide_default(draft: Import, state: StepState, name: str, id: str, told: Told) -> None:
    kinds = {
        kind.key: kind for kind in registry.sync(draft.sync.kind).mapping_kinds if kind.key in names_of(draft, state)
    }
    kind = kinds.get(name)
    default = default_of(draft, kind) if kind else None
    if kind is None or default is None:
        return
    if id and target_of(draft, kind, id) is None:
        told.wrong.append(f"There is no such {kind.target_label}. Choose from the list.")
    elif id != default.id and store(draft, {default.key: id}):
        told.done += 1
