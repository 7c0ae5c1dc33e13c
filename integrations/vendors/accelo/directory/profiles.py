"""Profile fields: custom fields of companies, contacts and more. Source: Accelo API docs, _profiles.

Values cannot be filtered by value nor by date; the wide list is the cheap way to read those of many objects.
"""

from __future__ import annotations

from collections.abc import Iterator

from integrations.core.errors import OutcomeUnknown, ProtocolError
from integrations.vendors.accelo.directory.reading import Reading
from integrations.vendors.accelo.records import ProfileField, ProfileValue
from integrations.vendors.accelo.transport import UNREADABLE

VALUE_FIELDS = "field_id,link_id,value,date_modified"
KEYS = {"integer": "value_int", "date": "value_date", "date_time": "value_date"}
"""The name a value is sent by, where it is not `value`. A date is unix seconds or ISO text."""
UNWRITABLE = frozenset({"lookup", "structure", "multi_select"})
"""How several choices are written is not documented; a lookup needs the other object's type and id."""


class Profiles(Reading):
    """`object`: the plural of the path (companies, contacts)."""

    def profile_fields(self, object: str) -> list[ProfileField]:
        rows = self._calls.pages(f"{object}/profiles/fields", fields="field_name,field_type,options")
        return [ProfileField.from_wire(row) for row in rows]

    def profile_values(self, object: str) -> Iterator[ProfileValue]:
        """Of all objects of that kind, one request per 100 values."""
        return map(ProfileValue.from_wire, self._calls.pages(f"{object}/profiles/values", fields=VALUE_FIELDS))

    def profile_values_of(self, object: str, id: str) -> list[ProfileValue]:
        """Of one object; says what came of a `set_profile` whose answer was lost."""
        rows = self._calls.pages(f"{object}/{id}/profiles/values", fields=VALUE_FIELDS)
        return [ProfileValue.from_wire(row) for row in rows]

    def set_profile(
        self, object: str, id: str, field_id: str, value: str, value_id: str | None = None, *, type: str = "text"
    ) -> ProfileValue:
        """Sets a value for the first time, or changes the one named by `value_id`. `type`: the field's.

        Raises ValueError for types whose writing is not documented; OutcomeUnknown when the first setting was lost.
        """
        if type in UNWRITABLE:
            raise ValueError(f"How Accelo takes a {type} value is not documented.")
        form = {KEYS.get(type, "value"): value, "_fields": VALUE_FIELDS}
        if value_id is not None:
            return _value(
                self._calls.write("PUT", f"{object}/{id}/profiles/values/{value_id}", form=form, repeatable=True)
            )
        response = self._calls.write("POST", f"{object}/{id}/profiles/fields/{field_id}", form=form, repeatable=False)
        try:
            return _value(response)
        except ProtocolError as error:
            raise OutcomeUnknown(UNREADABLE, error.detail) from error


def _value(response: object) -> ProfileValue:
    if not isinstance(response, dict):
        raise ProtocolError("Accelo sent no profile value where one was due.", repr(response)[:200])
    return ProfileValue.from_wire(response)
