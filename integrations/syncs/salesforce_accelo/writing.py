"""Carrying out one action on both sides. Creates and updates; deletes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.core.conflict import canonical
from integrations.core.errors import OutcomeUnknown, PortalError, RejectedError, TransientError
from integrations.core.records import Action, Json, Written
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide, Raw
from integrations.syncs.salesforce_accelo.decisions import Terms, label, place_problems
from integrations.syncs.salesforce_accelo.declared import ADDRESSES, COMPANIES, OBJECTS
from integrations.syncs.salesforce_accelo.outgoing import to_accelo, to_salesforce
from integrations.syncs.salesforce_accelo.pairs import Half, Pair, digest_after
from integrations.syncs.salesforce_accelo.places import same_country, same_state
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.shape import TITLES
from integrations.vendors.accelo.records import Address, Affiliation, Company, Contact
from integrations.vendors.salesforce.saving import Saved

NOT_TAKEN = "Accelo did not take the {parts}; the rest of the address was written."


class Writer:
    """`gather` sends what goes to Salesforce, 200 records a call; `create` and `update` do the rest for each record."""

    def __init__(self, salesforce: SalesforceSide, accelo: AcceloSide, terms: Mapping[str, Terms]) -> None:
        self.salesforce = salesforce
        self.accelo = accelo
        self.terms = terms
        self.saved: dict[str, Saved | PortalError] = {}
        self.highest: dict[str, str] = {}
        self.wrote = False

    # --- Salesforce -------------------------------------------------------------------------------------------

    def gather(self, actions: Sequence[Action]) -> None:
        self.saved = {}
        for back in (True, False):
            chosen = [action for action in actions if bool(action.extra.get("back")) is back]
            if not back:
                chosen = [action for action in chosen if action.extra.get("to_source")]
            if chosen:
                self._send(chosen[0].stream, chosen, new=back)

    def _send(self, stream: str, actions: list[Action], *, new: bool) -> None:
        rows = [self._row(stream, action, new=new) for action in actions]
        client, self.wrote = self.salesforce.client, True
        try:
            if new:
                allow = self.salesforce.options.allow_duplicates
                saved = client.create_records(OBJECTS[stream], rows, allow_duplicates=allow)
            else:
                saved = client.update_records(OBJECTS[stream], rows)
            self.saved |= {action.source_id: one for action, one in zip(actions, saved, strict=True)}
        except PortalError as error:
            self.saved |= {action.source_id: error for action in actions}

    def _row(self, stream: str, action: Action, *, new: bool) -> dict[str, Any]:
        pair: Pair = action.extra["pair"]
        values = action.extra["sent" if new else "to_source"]
        held = pair.source.values if pair.source else {}
        row, _ = to_salesforce(stream, values, self.terms[stream].offered, held)
        if not new:
            return {"Id": pair.id, **row}
        return row | ({"AccountId": pair.account} if stream != COMPANIES else {})

    def _result(self, action: Action) -> Saved:
        """Raises what became of the record's write."""
        saved = self.saved[action.source_id]
        if isinstance(saved, PortalError):
            raise saved
        if saved.success:
            return saved
        if saved.code == "OUTCOME_UNKNOWN":
            raise OutcomeUnknown(saved.message, code=saved.code)
        if saved.code in ("NOT_SENT", "UNABLE_TO_LOCK_ROW"):
            raise TransientError(saved.message, code=saved.code)
        raise RejectedError(saved.message, ", ".join(saved.fields), saved.code)

    def _as_taken(self, stream: str, values: Mapping[str, Json], held: Mapping[str, Json]) -> dict[str, Json]:
        """What Salesforce holds after the write. Of an address whose state or country it does not offer, these stay."""
        taken: dict[str, Json] = {key: canonical(value) for key, value in values.items()}
        for key, value in values.items():
            if place_problems(stream, key, value, self.terms[stream], held):
                before: Any = held.get(key) or {}
                stays = {part: before.get(part, "") for part in ("state", "country")}
                taken[key] = canonical({**(taken[key] or {}), **stays})
        return taken

    # --- creating ---------------------------------------------------------------------------------------------

    def marker(self, action: Action) -> dict[str, str]:
        pair: Pair = action.extra["pair"]
        if action.extra.get("back"):
            return {"target": pair.target.id if pair.target else "", "parent": pair.account}
        if action.stream not in self.highest:
            self.highest[action.stream] = self.accelo.directory.highest_id(
                "companies" if action.stream == COMPANIES else "contacts"
            )
        return {"after": self.highest[action.stream]}

    def create(self, action: Action) -> Written:
        self.wrote = True
        return self._made_in_salesforce(action) if action.extra.get("back") else self._make_in_accelo(action)

    def _made_in_salesforce(self, action: Action) -> Written:
        saved, pair = self._result(action), action.extra["pair"]
        target: Half = pair.target
        blank: dict[str, Json] = {key: "" for key in target.values if key != "company"}
        values = {**blank, **self._as_taken(action.stream, action.extra["sent"], {})}
        source = Half(saved.id, values, action.label, 0, pair.account)
        memo = {"affiliation": target.ids["affiliation"]} if target.ids.get("affiliation") else {}
        return self._written(action, pair, source, target, memo, (), source_id=saved.id)

    def _make_in_accelo(self, action: Action) -> Written:
        pair: Pair = action.extra["pair"]
        sent, terms = action.extra["sent"], self.terms[action.stream]
        calls = to_accelo(action.stream, sent, terms.first_name)
        directory, notes = self.accelo.directory, list[str]()
        affiliations: tuple[Affiliation, ...] = ()
        record: Company | Contact
        if action.stream == COMPANIES:
            record = directory.create_company(calls.company)
        else:
            first = {key: value for key, value in calls.affiliation.items() if key != "mobile"}
            names = {"firstname": terms.first_name, **calls.contact}
            record = directory.create_contact(pair.company, {**names, **first})
            self.highest[action.stream] = record.id
            affiliations = self._place_of_new(record, calls.affiliation, notes)
        self.highest[action.stream] = record.id
        addresses = self._addresses(action.stream, record.id, sent, {}, notes)
        profiles = self._profiles(record.id, sent, {}, notes) if action.stream == COMPANIES else {}
        raw = Raw(record, tuple(addresses), affiliations, profiles)
        target = self.accelo.half(action.stream, raw, pair.company)
        memo = {"affiliation": target.ids["affiliation"]} if target.ids.get("affiliation") else {}
        source = pair.source or Half("", {})
        return self._written(action, pair, source, target, memo, tuple(notes))

    def _place_of_new(self, contact: Contact, wanted: Mapping[str, str], notes: list[str]) -> tuple[Affiliation, ...]:
        """The place that came with the contact, as Accelo holds it; the mobile number is set on it."""
        directory, id = self.accelo.directory, contact.default_affiliation
        try:
            if not id:
                return tuple(directory.affiliations_of([contact.id])[contact.id])
            if wanted.get("mobile"):
                return (directory.update_affiliation(id, {"mobile": wanted["mobile"]}),)
            return tuple(directory.affiliations_by_id([id]).values())
        except PortalError as error:
            notes.append(f"It was created, but its place at the company could not be completed: {error.message}")
            return ()

    # --- updating ---------------------------------------------------------------------------------------------

    def update(self, action: Action) -> Written:
        self.wrote = True
        pair: Pair = action.extra["pair"]
        source, target, notes = pair.source, pair.target, list[str]()
        if source is None or target is None:
            raise RejectedError("One of the two records is gone. The next run looks at it again.")
        if action.extra["to_source"]:
            self._result(action)
            taken = self._as_taken(action.stream, action.extra["to_source"], source.values)
            source = replace(source, values={**source.values, **taken})
        if action.extra["to_target"] or action.extra["place"]:
            target = self._update_accelo(action, pair, target, notes)
        return self._written(action, pair, source, target, action.extra["memo"], tuple(notes))

    def _update_accelo(self, action: Action, pair: Pair, target: Half, notes: list[str]) -> Half:
        """Each part that changes is one call. What Accelo answers is what it holds from now on."""
        changes, stream = action.extra["to_target"], action.stream
        calls = to_accelo(stream, changes, self.terms[stream].first_name)
        directory, values, ids = self.accelo.directory, dict(target.values), dict(target.ids)
        if calls.company:
            values |= self._taken(stream, changes, Raw(directory.update_company(target.id, calls.company)))
        if calls.contact:
            values |= self._taken(stream, changes, Raw(directory.update_contact(target.id, calls.contact)), "names")
        if action.extra["place"] or calls.affiliation:
            place = self._place(pair, target, calls.affiliation)
            ids["affiliation"] = place.id
            values |= {
                "title": place.position, "phone": place.phone, "fax": place.fax, "mobile": place.mobile,
                "email": place.email, "company": place.company,
            }  # fmt: skip
        for address in self._addresses(stream, target.id, changes, target.ids, notes):
            key = address.title.strip().casefold()
            ids[key] = address.id
            values[key] = self.accelo.half(stream, Raw(blank_record(stream), (address,))).values[key]
        if stream == COMPANIES:
            values |= self._profiles(target.id, changes, ids, notes)
        return replace(target, values={key: canonical(value) for key, value in values.items()}, ids=ids)

    def _taken(self, stream: str, changes: Mapping[str, Json], raw: Raw, part: str = "") -> dict[str, Json]:
        """Of the values that were sent, what the record holds now."""
        held = self.accelo.half(stream, raw).values
        keys = ("first_name", "last_name") if part else tuple(held)
        return {key: held[key] for key in keys if key in changes and key not in ADDRESSES[stream]}

    def _place(self, pair: Pair, target: Half, changes: Mapping[str, str]) -> Affiliation:
        directory = self.accelo.directory
        if target.ids.get("affiliation"):
            return directory.update_affiliation(target.ids["affiliation"], changes)
        try:
            return directory.create_affiliation(pair.company, target.id, changes)
        except OutcomeUnknown as error:
            rows = directory.affiliations_of([target.id])[target.id]
            found = next((row for row in rows if row.company == pair.company), None)
            if found:
                return found
            raise TransientError(error.message, error.detail, error.code) from error

    def _addresses(
        self, stream: str, id: str, changes: Mapping[str, Json], ids: Mapping[str, str], notes: list[str]
    ) -> list[Address]:
        """Those of `changes` that are addresses, written. One that Accelo refuses is told, and stops nothing."""
        written = []
        for key, fields in to_accelo(stream, changes, "").addresses.items():
            try:
                written.append(self._address(stream, id, key, fields, ids.get(key, ""), notes))
            except RejectedError as error:
                notes.append(f"{label(key, self.terms[stream])}: {error.message}")
        return written

    def _address(
        self, stream: str, id: str, key: str, fields: Mapping[str, str], known: str, notes: list[str]
    ) -> Address:
        """A state or country that Accelo refuses is left out, one that it does not know it leaves out by itself."""
        try:
            row = self._save_address(stream, id, key, fields, known)
        except RejectedError:
            rest = {name: text for name, text in fields.items() if name not in ("state", "country")}
            if not (fields.get("state") or fields.get("country")):
                raise
            row = self._save_address(stream, id, key, rest, known)
        notes += left_out(fields, row)
        return row

    def _save_address(self, stream: str, id: str, key: str, fields: Mapping[str, str], known: str) -> Address:
        directory = self.accelo.directory
        owner: Any = "company" if stream == COMPANIES else "contact"
        if known:
            return directory.update_address(known, fields)
        try:
            return directory.create_address(owner, id, {"title": TITLES[key], **fields})
        except OutcomeUnknown as error:
            rows = directory.addresses_of(owner, [id])[id]
            found = next((row for row in rows if row.title.strip().casefold() == key), None)
            if found:
                return directory.update_address(found.id, fields)
            raise TransientError(error.message, error.detail, error.code) from error

    def _profiles(
        self, id: str, changes: Mapping[str, Json], ids: Mapping[str, str], notes: list[str]
    ) -> dict[str, Json]:
        """Type and industry, where they go to a profile field."""
        written: dict[str, Json] = {}
        fields = {key: field for key, field in self.accelo.profile_fields().items() if key in changes}
        if not fields:
            return written
        held = {value.field_id: value.id for value in self.accelo.directory.profile_values_of("companies", id)}
        for key, field in fields.items():
            try:
                value = self.accelo.directory.set_profile(
                    "companies", id, field, str(changes[key]), held.get(field) or None
                )
                written[key] = value.value
            except RejectedError as error:
                notes.append(f"{label(key, self.terms[COMPANIES])}: {error.message}")
        return written

    # --- what both sides hold now -----------------------------------------------------------------------------

    def _written(
        self, action: Action, pair: Pair, source: Half, target: Half, memo: Mapping[str, Any], notes: tuple[str, ...],
        source_id: str = "",
    ) -> Written:  # fmt: skip
        """The base of what was sent is what each side holds now, as far as it was taken."""
        sent = {*action.extra.get("sent", {}), *action.extra.get("to_source", {}), *action.extra.get("to_target", {})}
        settled = action.extra.get("base") or {"source": {}, "target": {}}
        base = {"source": dict(settled["source"]), "target": dict(settled["target"])}
        for key in self.terms[action.stream].rules:
            if key in sent or (action.kind == "create" and key in source.values and key in target.values):
                base["source"][key] = canonical(source.values.get(key, ""))
                base["target"][key] = canonical(target.values.get(key, ""))
        extra = {"addresses": {key: id for key, id in target.ids.items() if key in TITLES}}
        return Written(
            target.id, {}, notes, memo={**memo, **extra}, digest=digest_after(pair, source, target), base=base,
            source_id=source_id,
        )  # fmt: skip


def left_out(sent: Mapping[str, str], row: Address) -> list[str]:
    """A sentence about the state and country that were sent and do not stand there now."""
    parts = []
    if sent.get("state") and not same_state(sent.get("country", ""), sent["state"], row.state):
        parts.append(f"state “{sent['state']}”")
    if sent.get("country") and not same_country(sent["country"], row.country):
        parts.append(f"country “{sent['country']}”")
    return [NOT_TAKEN.format(parts=" or the ".join(parts))] if parts else []


def blank_record(stream: str) -> Company | Contact:
    return Company.from_wire({"id": "1"}) if stream == COMPANIES else Contact.from_wire({"id": "1"})
