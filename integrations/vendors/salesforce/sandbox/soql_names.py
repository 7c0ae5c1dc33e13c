"""Names in a query to fields: the object's own, and its parents' through relationships."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.vendors.salesforce.sandbox.moments import format_moment
from integrations.vendors.salesforce.sandbox.objects import SPECS
from integrations.vendors.salesforce.sandbox.picklists import CORPORATE
from integrations.vendors.salesforce.sandbox.schema import DUBIOUS, NUMBERS, Field
from integrations.vendors.salesforce.sandbox.soql_lexer import Token, refused_at
from integrations.vendors.salesforce.sandbox.soql_parser import Name
from integrations.vendors.salesforce.sandbox.store import Row, Store

Getter = Callable[[Row], Any]
_TYPE_OF_OWNER = Field("Type", "string", "Type", nillable=False, length=40)
_PARTS = ("street", "city", "state", "postalCode", "country", "latitude", "longitude", "geocodeAccuracy")
_CODES = ("stateCode", "countryCode")


@dataclass(frozen=True, slots=True)
class Path:
    """`steps`: the reference fields to follow, in order; `relations`: their names as Salesforce writes them; `object`:
    where the field is, the first of several for a polymorphic owner."""

    field: Field
    object: str
    steps: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()

    @property
    def dotted(self) -> str:
        return ".".join((*self.relations, self.field.name))


class Names:
    """Looks names up for one user, in one object."""

    def __init__(self, store: Store, user_id: str, object: str) -> None:
        self.store = store
        self.object = object
        self._user_id = user_id

    def field(self, object: str, name: str) -> Field | None:
        return self.store.schema.visible(object, self._user_id).get(name.lower())

    def path(self, soql: str, name: Name) -> Path:
        """Raises Refused INVALID_FIELD for a name that this user cannot see."""
        object, steps, relations = self.object, [], []
        parts = name.path.split(".")
        if len(parts) > 1 and parts[0].lower() == object.lower() and not self._reference(object, parts[0]):
            parts = parts[1:]
        for part in parts[:-1]:
            reference = self._reference(object, part)
            if reference is None:
                words = f"Didn't understand relationship '{part}' in field path. {_dubious('relationship')}"
                raise refused_at(soql, name.place, words, "INVALID_FIELD")
            steps.append(reference.name)
            relations.append(reference.relationship)
            object = reference.refers[0]
            if parts[-1].lower() == "type" and len(reference.refers) > 1:
                return Path(_TYPE_OF_OWNER, object, tuple(steps), tuple(relations))
        field = self.field(object, parts[-1])
        if field is None:
            words = f"No such column '{parts[-1]}' on entity '{object}'. {_dubious('field')}"
            raise refused_at(soql, name.place, words, "INVALID_FIELD")
        return Path(field, object, tuple(steps), tuple(relations))

    def getter(self, path: Path) -> Getter:
        """Reads the path's value as the store keeps it; a compound address as its JSON."""
        own = _object_name if path.field == _TYPE_OF_OWNER else own_getter(self.store, path.object, path.field)
        if not path.steps:
            return own
        follow = self.parent_getter(path.steps)

        def get(row: Row) -> Any:
            parent = follow(row)
            return None if parent is None else own(parent)

        return get

    def parent_getter(self, steps: tuple[str, ...]) -> Callable[[Row], Row | None]:
        def follow(row: Row) -> Row | None:
            found: Row | None = row
            for step in steps:
                id = found.get(step) if found is not None else None
                table = self.store.table_of(id) if id else None
                found = table.shown(id, deleted=True) if table is not None and id else None
            return found

        return follow

    def _reference(self, object: str, relation: str) -> Field | None:
        fields = self.store.schema.visible(object, self._user_id).values()
        return next((one for one in fields if one.relationship.lower() == relation.lower() and one.refers), None)


def own_getter(store: Store, object: str, field: Field) -> Getter:
    """Reads a field of the row itself."""
    name = field.name
    if field.type == "address":
        return _address_getter(store, object, name.removesuffix("Address"))
    if object == "Case" and name in ("ContactEmail", "ContactPhone"):
        contacts, source = store.tables["Contact"], name.removeprefix("Contact")
        return lambda row: contacts.rows.get(row.get("ContactId", ""), {}).get(source)
    if field.type == "boolean":
        return lambda row: row.get(name, False)
    if name == "CurrencyIsoCode":
        return lambda row: row.get(name, CORPORATE)
    return lambda row: row.get(name)


def _address_getter(store: Store, object: str, start: str) -> Getter:
    names = _PARTS + (_CODES if f"{start}CountryCode".lower() in store.schema.fields(object) else ())
    fields = [(name, start + name[0].upper() + name[1:]) for name in names]

    def get(row: Row) -> Any:
        address = {name: row.get(field) for name, field in fields}
        return address if any(value is not None for value in address.values()) else None

    return get


def show_value(field: Field, value: Any) -> Any:
    """A stored value as JSON shows it."""
    if value is None:
        return None
    if field.type == "datetime":
        return format_moment(value)
    if field.type in NUMBERS and field.type != "int":
        return float(value)
    return value


def find_object(store: Store, soql: str, token: Token) -> str:
    """Raises Refused INVALID_TYPE for an object that is not there or may not be read."""
    spec = store.schema.spec(token.text)
    if spec is None or not store.schema.may(spec.name, "queryable"):
        words = f"sObject type '{token.text}' is not supported. {_dubious('object', 'entity')}"
        raise refused_at(soql, token.place, words, "INVALID_TYPE")
    return spec.name


def _dubious(what: str, name: str = "") -> str:
    return DUBIOUS.format(what=what, name=name or f"custom {what}")


_BY_PREFIX: Mapping[str, str] = {spec.prefix: name for name, spec in SPECS.items()}


def _object_name(row: Row) -> str:
    return _BY_PREFIX[row["Id"][:3]]


def object_of(id: str) -> str:
    """The name of the object that an id of the org belongs to; KeyError for an unknown prefix."""
    return _BY_PREFIX[id[:3]]
