"""JSON that is encrypted at rest. Keys come from CREDENTIAL_KEYS: the first encrypts, all decrypt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models


def cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


if TYPE_CHECKING:
    Base = models.TextField[dict[str, Any], dict[str, Any]]
else:
    Base = models.TextField


class EncryptedJSONField(Base):
    """A dict, stored as one Fernet token. Reading with no fitting key raises ImproperlyConfigured.

    Cannot be looked up: equal values do not give equal ciphertext. Never shown by `str` or serialisers.
    """

    description = "encrypted JSON"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> dict[str, Any]:
        if not value:
            return {}
        try:
            return json.loads(cipher().decrypt(value.encode()))
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "CREDENTIAL_KEYS holds no key that opens the stored credentials. Put the key they were saved with "
                "back into the list (the first key encrypts, all decrypt)."
            ) from error

    def to_python(self, value: Any) -> Any:
        return {} if value in (None, "") else value

    def get_prep_value(self, value: Any) -> str:
        return cipher().encrypt(json.dumps(value or {}, sort_keys=True).encode()).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError("Encrypted values cannot be searched.")

    def value_to_string(self, obj: models.Model) -> str:
        return ""
