"""What people call by name in a file and both vendors know by id: values of the source, and default targets."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from integrations import registry
from integrations.core.mapping import mapping_key
from integrations.models import Connection, Reference
from integrations.services.config_syncs import SyncSpec
from integrations.services.config_values import Reading
from integrations.services.mapping_resolve import SHOWN, Targets, resolve
from integrations.services.mapping_words import nearest
from integrations.syncs.base import MappingKind

DEFAULT = "default_"
"""An option with this and the key of a mapping kind names the target of values without a row."""


@dataclass(frozen=True, slots=True)
class Named:
    """A value of the source. `id` '' : nothing of that name is known, and `warning` says so."""

    id: str = ""
    label: str = ""
    warning: str = ""


def source_named(kind: MappingKind, source: Connection, text: str) -> Named:
    """The value that a person calls so: by its id, e-mail address, code or name, inactive ones too.

    Raises ValueError, in words, when several are called so. Where the source was never asked, the text stands.
    """
    rows = Reference.objects.filter(connection=source, kind=kind.source_kind).exclude(extra__has_key="gone")
    id, key = registry.vendor(source.vendor).full_id(text.strip()), mapping_key(text)
    known = {mapping_key(one): (one, label) for one, label in rows.values_list("external_id", "label")}
    if not known:
        return Named(id)
    if mapping_key(id) in known:
        return Named(*known[mapping_key(id)])
    found = list(rows.filter(Q(email=key) | Q(code_key=key) | Q(label_key=key)).order_by("-active", "pk")[: SHOWN + 1])
    if len(found) > 1:
        named = ", ".join(f"{one.external_id} ({one.label})" for one in found[:SHOWN])
        raise ValueError(
            f"{text!r} could be more than one {kind.source_label}: {named}. Write the id of the one meant."
        )
    if found:
        return Named(found[0].external_id, found[0].label)
    hint = nearest(text, [label for _, label in known.values()])
    return Named(warning=f"No record has the {kind.source_label} {text!r}; this row decides nothing yet.{hint}")


def name_defaults(reading: Reading, spec: SyncSpec, targets: Targets) -> None:
    """Default targets written by name become ids."""
    node = spec.node.get("options")
    for kind in spec.kind.mapping_kinds:
        name = f"{DEFAULT}{kind.key}"
        text = str(spec.options.get(name) or "").strip()
        if node is None or not text or not kind.target_kinds:
            continue
        try:
            spec.options[name] = resolve(kind, text, "", targets).id
        except ValueError as error:
            reading.problems.at(node.get(name) or node, str(error))
