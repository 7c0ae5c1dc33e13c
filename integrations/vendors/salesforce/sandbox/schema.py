"""What fields an object has, for whom: the standard ones, the org's features, custom, deleted and hidden fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from integrations.vendors.salesforce.sandbox.answers import Refused
from integrations.vendors.salesforce.sandbox.objects import (
    ADDRESSES,
    CURRENCY,
    PERSON_ACCOUNT,
    PERSON_CONTACT,
    SPECS,
    STATE_CODES,
    SYSTEM,
    ObjectSpec,
)
from integrations.vendors.salesforce.sandbox.picklists import LISTS

TEXT = frozenset({"string", "textarea", "phone", "url", "email", "picklist"})
NUMBERS = frozenset({"int", "double", "currency", "percent"})
IDS = frozenset({"id", "reference"})
NOT_GROUPED = NUMBERS - {"int"} | {"address", "datetime"}
MULTI_CURRENCY = ("Account", "Contact", "Opportunity", "Case")
DUBIOUS = (
    "If you are attempting to use a custom {what}, be sure to append the '__c' after the {name} name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True, slots=True)
class Field:
    """`length` in characters. `refers`: names of objects; `alone`: no query reaches the parent through it."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    filterable: bool = True
    sortable: bool = True
    lookup: bool = False
    external: bool = False
    unique: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    compound: str = ""
    alone: bool = False

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def required(self) -> bool:
        """A row cannot be saved without it."""
        return self.createable and not self.nillable and not self.defaulted and self.type != "boolean"

    @property
    def groupable(self) -> bool:
        """Source: the flags of recorded descriptions."""
        return self.filterable and self.type not in NOT_GROUPED

    @property
    def relationship(self) -> str:
        """The name by which a query reaches the parent: Owner for OwnerId, Owner__r for Owner__c; '' for none."""
        if not self.refers or self.alone:
            return ""
        return self.name[:-1] + "r" if self.custom else self.name.removesuffix("Id")


def parse_fields(text: str, label: str = "") -> list[Field]:
    """Fields from the lines of `objects.py`."""
    return [_parse(line.replace("{label}", label)) for line in text.splitlines() if line.strip()]


def _parse(line: str) -> Field:
    left, _, label = line.partition(" # ")
    name, kind, *words = left.split()
    kind, _, size = kind.partition(":")
    named = dict(word.split("=") for word in words if "=" in word)
    numbers = kind in NUMBERS and size
    precision, scale = (int(part) for part in size.split(",")) if numbers else (0, 0)
    read_only = "ro" in words
    return Field(
        name=name,
        type=kind,
        label=label,
        length=18 if kind in IDS else int(size) if size and not numbers else 0,
        precision=precision,
        scale=scale,
        nillable="req" not in words and kind != "boolean",
        createable=not read_only,
        updateable=not read_only and "co" not in words,
        defaulted="df" in words,
        filterable="nf" not in words,
        sortable="ns" not in words,
        lookup="key" in words,
        restricted="strict" in words,
        values=LISTS.get(named.get("list", ""), ()),
        refers=tuple(size.split(",")) if kind == "reference" else (),
        compound=named.get("in", ""),
        alone="alone" in words,
    )


class Schema:
    """`settings`: the org's switches (state_picklists, person_accounts, multi_currency). Names are looked up without
    regard to case."""

    def __init__(self, settings: Mapping[str, Any], now: int) -> None:
        self._settings = settings
        self._customs: dict[str, dict[str, Field]] = {name: {} for name in SPECS}
        self._edits: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._deleted: set[tuple[str, str]] = set()
        self._hidden: dict[str, set[tuple[str, str]]] = {}
        self._cache: dict[tuple[str, str], dict[str, Field]] = {}
        self.rights: dict[str, dict[str, bool]] = {}
        self.changed_at = now

    def touch(self, now: int) -> None:
        """Something that describe shows has changed."""
        self._cache.clear()
        self.changed_at = now

    def fields(self, name: str) -> dict[str, Field]:
        """All fields by lower-case name, whoever asks."""
        return self._cached(name, "")

    def visible(self, name: str, user_id: str) -> dict[str, Field]:
        """The fields that this user may see, by lower-case name, in order."""
        return self._cached(name, user_id)

    def spec(self, name: str) -> ObjectSpec | None:
        """The object of that name, however it is spelled; None where the org has none."""
        spec = SPECS.get(name) or next((one for key, one in SPECS.items() if key.lower() == name.lower()), None)
        return spec if spec is not None and self.has(spec.name) else None

    def has(self, name: str) -> bool:
        """Some objects come with a feature of the org."""
        feature = SPECS[name].feature
        return not feature or bool(self._settings[feature])

    def may(self, name: str, right: str) -> bool:
        """`right`: createable, updateable, deletable or queryable."""
        spec = SPECS[name]
        return self.rights.get(name, {}).get(right, right == "queryable" or spec.writable)

    def add(self, name: str, data: Mapping[str, Any]) -> None:
        """A custom field: its name as `field`, other attributes of Field as data. Raises TypeError for a wrong one."""
        lists = {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
        label = data["field"].removesuffix("__c").replace("_", " ")
        rest = {key: value for key, value in data.items() if key != "field"}
        custom = Field(**{"name": data["field"], "label": label, **rest, **lists})
        self._customs[SPECS[name].name][custom.name.lower()] = custom

    def edit(self, name: str, field: str, changes: Mapping[str, Any]) -> None:
        """Attributes of a field that this org has set otherwise: its length, restricted, values."""
        lists = {key: tuple(value) for key, value in changes.items() if isinstance(value, list)}
        key = (SPECS[name].name, field.lower())
        self._edits[key] = {**self._edits.get(key, {}), **changes, **lists}

    def delete(self, name: str, field: str) -> None:
        self._deleted.add((SPECS[name].name, field.lower()))

    def hide(self, name: str, fields: list[str], user_id: str, hidden: bool) -> None:
        """`user_id` `*`: everybody."""
        known = self._hidden.setdefault(user_id, set())
        for field in fields:
            (known.add if hidden else known.discard)((SPECS[name].name, field.lower()))

    def _cached(self, name: str, user_id: str) -> dict[str, Field]:
        found = self._cache.get((name, user_id))
        if found is None:
            gone = self._deleted | (
                self._hidden.get("*", set()) | self._hidden.get(user_id, set()) if user_id else set()
            )
            found = {field.name.lower(): field for field in self._all(name) if (name, field.name.lower()) not in gone}
            self._cache[name, user_id] = found
        return found

    def _all(self, name: str) -> list[Field]:
        spec, settings = SPECS[name], self._settings
        system = parse_fields(SYSTEM, name)
        own = parse_fields(spec.lines, name)
        if settings["state_picklists"]:
            for start in ADDRESSES.get(name, ()):
                own += parse_fields(STATE_CODES.format(start))
        if settings["person_accounts"] and name in ("Account", "Contact"):
            own += parse_fields(PERSON_ACCOUNT if name == "Account" else PERSON_CONTACT)
        if settings["multi_currency"] and name in MULTI_CURRENCY:
            own += parse_fields(CURRENCY)
        every = system[:2] + own + list(self._customs[name].values()) + system[2:]
        return [replace(one, **self._edits.get((name, one.name.lower()), {})) for one in every]


def no_such_column(field: str, name: str) -> Refused:
    """What a write with an unknown field is told."""
    return Refused("INVALID_FIELD", f"No such column '{field}' on sobject of type {name}", ())
