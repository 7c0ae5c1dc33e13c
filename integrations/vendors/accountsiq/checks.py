"""What a connection test says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrations.core.errors import ConfigError, PortalError, ProtocolError, TransientError
from integrations.vendors.accountsiq.meaning import FAULT, HTML, no_access
from integrations.vendors.accountsiq.records import Entity
from integrations.vendors.base import Checked

SHOWN = 20


def names(entities: Sequence[Entity]) -> str:
    """The entities for a message; '(none)' when there are none."""
    text = ", ".join(map(str, entities[:SHOWN])) or "(none)"
    more = len(entities) - SHOWN
    return f"{text} and {more} more" if more > 0 else text


def choose_entity(entities: Sequence[Entity]) -> ConfigError:
    return ConfigError(
        f"Choose the company to read and enter its id as entity. The application may reach: {names(entities)}.",
        code="entity",
    )


def not_reachable(entity: str, entities: Sequence[Entity]) -> ConfigError:
    return no_access(entity, f"the application may reach {names(entities)}")


def build_checked(entity: str, version: str, company: Mapping[str, str], entities: Sequence[Entity] | None) -> Checked:
    """`entities` None: not told (1.1 has no such list)."""
    name, currency = company.get("CompanyName", "").strip(), company.get("BaseCurrencyCode", "").strip()
    facts = {
        "Company": name,
        "Entity": entity,
        "Base currency": currency,
        "Version": f"Integration {version}",
        "Entities it may reach": names(entities) if entities else "",
    }
    return Checked(
        identity=entity,
        account={"entity": entity, "company": name, "currency": currency},
        facts={label: text for label, text in facts.items() if text},
    )


def error_at_check(error: PortalError, url: str) -> PortalError:
    """Other software answering is, while a person is setting up, a wrong address."""
    if isinstance(error, ProtocolError) or (isinstance(error, TransientError) and error.code == HTML):
        message = f"The address {url} does not answer like AccountsIQ. Check base_url and version. {error.message}"
        return ConfigError(message, error.detail, error.code)
    if isinstance(error, TransientError) and "NameResolutionError" in error.detail and error.code != FAULT:
        return ConfigError(f"There is no AccountsIQ at {url}. Check base_url.", error.detail, error.code)
    return error
