"""Reads of AccountsIQ: connection test, GL accounts, tax codes, dimensions, BI codes, suppliers.

No operation pages and none tells of deletions: each list is one call and always whole (AccountsIQ WSDL of
Integration 2.0). Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from integrations.core.errors import ConfigError, PortalError, TransientError
from integrations.vendors.accountsiq import records
from integrations.vendors.accountsiq.answers import Row, Shape
from integrations.vendors.accountsiq.checks import (
    build_checked,
    choose_entity,
    error_at_check,
    not_reachable,
)
from integrations.vendors.accountsiq.meaning import NO_ACCESS, REVOKED
from integrations.vendors.accountsiq.records import (
    BiCode,
    Dimension,
    DimensionOption,
    Entity,
    GlAccount,
    Supplier,
    TaxCode,
)
from integrations.vendors.accountsiq.transport import EXPIRED, UNKNOWN, Transport
from integrations.vendors.base import Access, Candidate, Checked

KINDS = ("gl_account", "tax_code", "dimension", "dimension_option", "bi_code", "supplier")
SCALES = {"percent": Decimal(1), "fraction": Decimal(100)}
GL_SOURCES = ("GetChartOfAccounts", "GetGLAccountList")
ENTITY_DOUBTED = (NO_ACCESS, UNKNOWN, EXPIRED)
"""Codes of a refusal that may be due to the entity in the header."""
SUPPLIER_SOURCES = ("GetSupplierList", "GetActiveSupplierList")

Listed = GlAccount | TaxCode | Dimension | DimensionOption | BiCode | Supplier


class AccountsIQClient:
    """One client for one run; it signs in when first needed, and then only when AccountsIQ calls the token expired.

    Each list raises, before its first record, ConfigError (a person must act: application revoked, entity taken away,
    credentials, address) or TransientError (the vendor's words, web page, answer cut short); while it is read,
    ProtocolError. A list that ends without an error is complete.
    """

    def __init__(self, access: Access) -> None:
        settings = access.settings
        self._soap = Transport(access)
        self._scale = SCALES[_choice(settings, "rate_scale", tuple(SCALES))]
        self._gl_source = _choice(settings, "gl_source", GL_SOURCES)
        supplier_source = _choice(settings, "supplier_source", SUPPLIER_SOURCES)
        self._suppliers = Shape(supplier_source, "Supplier", records.SUPPLIER_FIELDS)

    @property
    def entity(self) -> str:
        return self._soap.sign_in.entity

    # connection test

    def check(self) -> Checked:
        """Signs in, lists the entities (2.0), reads the company's name.

        Raises ConfigError naming the entities to choose from when none, or another one, is configured.
        """
        try:
            entities = self._known_entities() if self._soap.sign_in.version == "2.0" else None
            company = self._soap.record(records.COMPANY)
        except PortalError as error:
            raise error_at_check(error, self._soap.url) from None
        return build_checked(self.entity, self._soap.sign_in.version, company, entities)

    def list_entities(self, entity: str = "") -> list[Entity]:
        """What the application may reach; only in 2.0. `entity`: what the header names, which may matter or not."""
        return [Entity.from_wire(dict(row)) for row in self._soap.rows(records.ENTITIES, entity=entity)]

    def _known_entities(self) -> list[Entity] | None:
        """None when they cannot be listed: then reading the company decides whether the configured one is right."""
        if not self.entity:
            raise choose_entity(self.list_entities())
        try:
            entities = self._entities_either_way()
        except TransientError:
            return None
        if self.entity not in [one.id for one in entities]:
            raise not_reachable(self.entity, entities)
        return entities

    def _entities_either_way(self) -> list[Entity]:
        """With the configured entity in the header; where that is refused, with none: which is right is not public."""
        try:
            return self.list_entities(self.entity)
        except PortalError as error:
            if error.code not in ENTITY_DOUBTED:
                raise
            try:
                return self.list_entities()
            except PortalError:
                raise error from None

    # lists

    def list_gl_accounts(self) -> Iterator[GlAccount]:
        """The whole chart, control, bank and VAT accounts and inactive ones included, in the vendor's order."""
        if self._gl_source == "GetGLAccountList":
            yield from (GlAccount.from_strings(row) for row in self._rows(records.GL_ROWS))
        else:
            yield from (GlAccount.from_wire(dict(row)) for row in self._rows(records.GL_ACCOUNTS))

    def list_tax_codes(self) -> Iterator[TaxCode]:
        """All of them, sales-only, reverse-charge and EU codes included. Rates in per cent."""
        return (TaxCode.from_wire(dict(row), self._scale) for row in self._rows(records.TAX_CODES))

    def list_dimensions(self) -> list[Dimension]:
        """At most six."""
        return [one for one in self.list_dimension_tree() if isinstance(one, Dimension)]

    def list_dimension_options(self) -> Iterator[DimensionOption]:
        """Of all dimensions, dimension by dimension; one call. Options have no active flag."""
        return (one for one in self.list_dimension_tree() if isinstance(one, DimensionOption))

    def list_dimension_tree(self) -> Iterator[Dimension | DimensionOption]:
        """Each dimension followed by its options; one call for both."""
        dimension = ""
        for row in self._rows(records.DIMENSIONS):
            wire = dict(row)
            if any(name.startswith(".") for name in wire):
                yield DimensionOption(dimension, wire.get(".Code", ""), wire.get(".Description", ""))
            else:
                dimension = wire.get("Code", "")
                yield Dimension(dimension, wire.get("Description", ""))

    def list_bi_codes(self) -> Iterator[BiCode]:
        """Inactive ones too, as far as the vendor lists them (not public)."""
        return (BiCode.from_wire(dict(row)) for row in self._rows(records.BI_CODES))

    def list_suppliers(self) -> Iterator[Supplier]:
        return (Supplier.from_wire(dict(row)) for row in self._rows(self._suppliers))

    def list_candidates(self, kind: str) -> Iterator[Candidate]:
        """Codes trimmed, each once; records without a code are left out. `extra`: the record's `fields()`, trimmed; the
        vendor's own active flag is among them. Inactive ones are candidates too, for a filter to leave out."""
        lists: Mapping[str, Callable[[], Iterator[Listed]]] = {
            "gl_account": self.list_gl_accounts,
            "tax_code": self.list_tax_codes,
            "dimension": lambda: iter(self.list_dimensions()),
            "dimension_option": self.list_dimension_options,
            "bi_code": self.list_bi_codes,
            "supplier": self.list_suppliers,
        }
        seen: set[str] = set()
        for record in lists[kind]():
            code = record.code.strip()
            if code and code not in seen:
                seen.add(code)
                yield _candidate(kind, code, record)

    def _rows(self, shape: Shape) -> Iterator[Row]:
        """Raises ConfigError instead of a refusal without a reason when the entity turns out to be out of reach."""
        if not self.entity:
            raise ConfigError("Enter the entity of the AccountsIQ connection; its test lists them.", code="entity")
        try:
            yield from self._soap.rows(shape)
        except TransientError as error:
            if error.code == UNKNOWN:
                self._explain()
            raise

    def _explain(self) -> None:
        """Which code comes when an entity was taken away is not public: the list of entities tells it for sure."""
        if self._soap.sign_in.version != "2.0":
            return
        try:
            entities = self.list_entities()
        except PortalError as error:
            if error.code == REVOKED:
                raise
            return
        if self.entity not in [one.id for one in entities]:
            raise not_reachable(self.entity, entities)


def _candidate(kind: str, code: str, record: Listed) -> Candidate:
    fields = {name: text.strip() for name, text in record.fields().items()}
    return Candidate(kind, code, record.name.strip() or code, code, extra=fields)


def _choice(settings: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = settings.get(name, "").strip() or known[0]
    if value not in known:
        raise ConfigError(f"The setting {name} is “{value}”; choose {' or '.join(known)}.")
    return value
