"""System checks: a registry line that does not load is found at the start, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Warning, register

from integrations import registry
from integrations.services.smtp import setup_trouble


@register()
def registry_loads(**_: Any) -> list[CheckMessage]:
    return [
        *_broken("W001", "vendor", registry.VENDORS, registry.vendor),
        *_broken("W002", "sync", registry.SYNCS, registry.sync),
    ]


@register(deploy=True)
def mail_goes_out(**_: Any) -> list[CheckMessage]:
    """Only by `check --deploy`: on a machine for trying things out it is as it should be."""
    trouble = setup_trouble()
    hint = "For example EMAIL_URL=smtp+tls://user:password@mail.example.com:587"
    return [Warning(trouble, hint=hint, id="integrations.W003")] if trouble else []


def _broken(id: str, what: str, names: tuple[str, ...], load: Callable[[str], Any]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for key in registry.keys(names):
        try:
            load(key)
        except Exception as error:  # noqa: BLE001 whatever is wrong in that folder is what this check tells
            hint = "Mend the folder or take its line out of integrations/registry.py."
            message = f"The {what} {key} cannot be loaded: {type(error).__name__}: {error}"
            found.append(Warning(message, hint=hint, id=f"integrations.{id}"))
    return found
