"""Carrying out one action on both sides. Creates and updates; deletes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.core.begun import note_of
from integrations.core.conflict import canonical
from integrations.core.errors import (
    BudgetExhausted,
    ConfigError,
    OutcomeUnknown,
    PortalError,
    RejectedError,
    TransientError,
)
from integrations.core.plan import AT_ONCE
from integrations.core.records import Action, Json, Written
from integrations.syncs.salesforce_accelo.accelo_side import AcceloSide, Raw
from integrations.syncs.salesforce_accelo.decisions import Terms
from integrations.syncs.salesforce_accelo.declared import ADDRESSES, COMPANIES, OBJECTS
from integrations.syncs.salesforce_accelo.outgoing import by_object, to_accelo, to_salesforce
from integrations.syncs.salesforce_accelo.pairs import Half, Pair, digest_after
from integrations.syncs.salesforce_accelo.parts import Parts
from integrations.syncs.salesforce_accelo.salesforce_side import SalesforceSide
from integrations.syncs.salesforce_accelo.shape import PREFIXES, TITLES
from integrations.vendors.accelo.records import Affiliation, Company, Contact
from integrations.vendors.salesforce.saving import NOT_SENT, UNKNOWN, Saved


class Writer:
    """`gather` sends what goes to Salesforce, 200 records a call; `create` and `update` do the rest for each record."""

    def __init__(self, salesforce: SalesforceSide, accelo: AcceloSide, terms: Mapping[str, Terms]) -> None:
        self.salesforce = salesforce
        self.accelo = accelo
        self.terms = terms
        self.saved: dict[str, Saved | Exception] = {}
        self.highest: dict[str, str] = {}
        self.wrote = False

    # --- Salesforce -------------------------------------------------------------------------------------------

    def gather(self, actions: Sequence[Action]) -> set[str]:
        """Source ids of records of which nothing more goes to Accelo."""
        self.saved = {}
        for action in actions:
            note_of(action).start()
        for back in (True, False):
            chosen = [action for action in actions if goes_back(action) is back]
            if not back:
                chosen = [action for action in chosen if action.extra.get("to_source")]
            if chosen:
                self._send(chosen[0].stream, chosen, new=back)
        return {action.source_id for action in actions if is_done(action)} & set(self.saved)

    def _send(self, stream: str, actions: list[Action], *, new: bool) -> None:
        rows, sent = [], []
        for action in actions:
            try:
                rows.append(self._row(stream, action, new=new))
                sent.append(action)
            except Exception as error:  # noqa: BLE001 one record that our rules cannot digest must not stop the others
                self.saved[action.source_id] = error
        if rows:
            self._send_rows(stream, sent, rows, new=new)

    def _send_rows(self, stream: str, actions: list[Action], rows: list[dict[str, Any]], *, new: bool) -> None:
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
        finally:
            for action in actions:
                if may_be_stored(self.saved.get(action.source_id)):
                    note_of(action).sent("source", action.extra.get("to_source", ()))

    def _row(self, stream: str, action: Action, *, new: bool) -> dict[str, Any]:
        pair: Pair = action.extra["pair"]
        values = action.extra["sent" if new else "to_source"]
        held = pair.source.values if pair.source else {}
        row, _ = to_salesforce(stream, values, self.terms[stream].offered, held)
        if not new:
            return {"Id": pair.id, **row}
        return row | ({"AccountId": pair.account} if stream != COMPANIES else {})

    def _result(self, action: Action) -> Saved:
        """Raises what became of the record's write. A row that stays locked concerns that row alone: others of the
        same account may be locked with it, which is no sign that Salesforce is in trouble."""
        saved = self.saved[action.source_id]
        if isinstance(saved, Exception):
            raise saved
        if saved.success:
            return saved
        if saved.code == UNKNOWN:
            raise OutcomeUnknown(saved.message, code=saved.code)
        if saved.code == NOT_SENT:
            raise TransientError(saved.message, code=saved.code)
        raise RejectedError(saved.message, ", ".join(saved.fields), saved.code)

    def _as_taken(self, stream: str, values: Mapping[str, Json], held: Mapping[str, Json]) -> dict[str, Json]:
        """What Salesforce holds after the write. A state or country that it does not offer was not sent."""
        taken: dict[str, Json] = {key: canonical(value) for key, value in values.items()}
        for key in PREFIXES[stream].keys() & values.keys():
            fields, _ = to_salesforce(stream, {key: values[key]}, self.terms[stream].offered, held)
            taken[key] = canonical(address_taken(PREFIXES[stream][key], fields, values[key] or {}, held.get(key) or {}))
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
        directory, parts = self.accelo.directory, Parts(self.accelo, terms, action.stream, new=True)
        affiliations: tuple[Affiliation, ...] = ()
        record: Company | Contact
        if action.stream == COMPANIES:
            record = directory.create_company(calls.company)
        else:
            first = {key: value for key, value in calls.affiliation.items() if key != "mobile"}
            names = {"firstname": terms.first_name, **calls.contact}
            record = directory.create_contact(pair.company, {**names, **first})
            self.highest[action.stream] = record.id
            affiliations = parts.place_of_new(record, calls.affiliation)
        self.highest[action.stream] = record.id
        addresses = parts.addresses(record.id, sent, {})
        profiles = parts.profiles(record.id, sent)
        raw = Raw(record, tuple(addresses), affiliations, profiles)
        target = self.accelo.half(action.stream, raw, pair.company)
        memo = {"affiliation": target.ids["affiliation"]} if target.ids.get("affiliation") else {}
        source = pair.source or Half("", {})
        return self._written(action, pair, source, target, memo, tuple(parts.notes), undone=parts.undone)

    # --- updating ---------------------------------------------------------------------------------------------

    def update(self, action: Action) -> Written:
        self.wrote = True
        pair: Pair = action.extra["pair"]
        source, target = pair.source, pair.target
        parts = Parts(self.accelo, self.terms[action.stream], action.stream)
        if source is None or target is None:
            raise RejectedError("One of the two records is gone. The next run looks at it again.")
        if action.extra["to_source"]:
            self._result(action)
            taken = self._as_taken(action.stream, action.extra["to_source"], source.values)
            source = replace(source, values={**source.values, **taken})
        if action.extra["to_target"] or action.extra["place"]:
            target = self._update_accelo(action, pair, target, parts)
        return self._written(action, pair, source, target, action.extra["memo"], tuple(parts.notes))

    def _update_accelo(self, action: Action, pair: Pair, target: Half, parts: Parts) -> Half:
        """Each part that changes is one call. What Accelo answers is what it holds from now on."""
        changes, stream = action.extra["to_target"], action.stream
        calls = to_accelo(stream, changes, self.terms[stream].first_name)
        directory, values, ids = self.accelo.directory, dict(target.values), dict(target.ids)
        note, parted = note_of(action), by_object(stream, changes)
        if calls.company:
            with note.sending("target", parted["company"]):
                raw = Raw(directory.update_company(target.id, calls.company))
            values |= self._taken(stream, changes, raw)
        if calls.contact:
            with note.sending("target", parted["contact"]):
                raw = Raw(directory.update_contact(target.id, calls.contact))
            values |= self._taken(stream, changes, raw, "names")
        if action.extra["place"] or calls.affiliation:
            with note.sending("target", parted.get("affiliation", ())):
                place = parts.place(pair, target, calls.affiliation)
            ids["affiliation"] = place.id
            values |= {
                "title": place.position, "phone": place.phone, "fax": place.fax, "mobile": place.mobile,
                "email": place.email, "company": place.company,
            }  # fmt: skip
        with note.sending("target", parted.get("addresses", ())):
            addresses = parts.addresses(target.id, changes, target.ids)
        for address in addresses:
            key = address.title.strip().casefold()
            ids[key] = address.id
            values[key] = self.accelo.half(stream, Raw(blank_record(stream), (address,))).values[key]
        with note.sending("target", parted.get("profiles", ())):
            values |= parts.profiles(target.id, changes)
        return replace(target, values={key: canonical(value) for key, value in values.items()}, ids=ids)

    def _taken(self, stream: str, changes: Mapping[str, Json], raw: Raw, part: str = "") -> dict[str, Json]:
        """Of the values that were sent, what the record holds now."""
        held = self.accelo.half(stream, raw).values
        keys = ("first_name", "last_name") if part else tuple(held)
        return {key: held[key] for key in keys if key in changes and key not in ADDRESSES[stream]}

    # --- what both sides hold now -----------------------------------------------------------------------------

    def _written(
        self, action: Action, pair: Pair, source: Half, target: Half, memo: Mapping[str, Any], notes: tuple[str, ...],
        source_id: str = "", undone: Collection[str] = (),
    ) -> Written:  # fmt: skip
        """The base of what was sent is what each side holds now, as far as it was taken. `undone`: fields that are to
        follow, as if the value had just been typed at the source."""
        sent = {*action.extra.get("sent", {}), *action.extra.get("to_source", {}), *action.extra.get("to_target", {})}
        settled = action.extra.get("base") or {"source": {}, "target": {}}
        base = {"source": dict(settled["source"]), "target": dict(settled["target"])}
        for key in self.terms[action.stream].rules:
            if key in sent or (action.kind == "create" and key in source.values and key in target.values):
                base["source"][key] = canonical(source.values.get(key, ""))
                base["target"][key] = canonical(target.values.get(key, ""))
        for key in undone:
            base["source"][key] = base["target"][key] = ""
        extra = {"addresses": {key: id for key, id in target.ids.items() if key in TITLES}}
        return Written(
            target.id, {}, notes, memo={**memo, **extra}, digest=digest_after(pair, source, target), base=base,
            source_id=source_id, pending={"parts": sorted(undone), AT_ONCE: True} if undone else {},
        )  # fmt: skip


def address_taken(
    prefix: str, fields: Mapping[str, str | None], sent: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """State and country are as sent only where a field of theirs was among `fields`, which clears with None."""
    taken = {**dict.fromkeys(("street", "city", "zip"), ""), **sent}
    for part, name in (("state", "State"), ("country", "Country")):
        given = [fields[field] for field in (f"{prefix}{name}", f"{prefix}{name}Code") if field in fields]
        taken[part] = (sent.get(part, "") if given[0] else "") if given else before.get(part, "")
    return taken


def goes_back(action: Action) -> bool:
    """Whether it creates a record in Salesforce."""
    return bool(action.extra.get("back"))


def is_done(action: Action) -> bool:
    """Whether all that the action writes goes to Salesforce."""
    return goes_back(action) or not (
        action.kind == "create" or action.extra.get("to_target") or action.extra.get("place")
    )


def may_be_stored(told: Saved | Exception | None) -> bool:
    """Whether Salesforce may hold what was sent, although it did not say so. None: nothing came back at all."""
    if isinstance(told, Saved):
        return told.success or told.code == UNKNOWN
    return not isinstance(told, (RejectedError, ConfigError, BudgetExhausted))


def blank_record(stream: str) -> Company | Contact:
    return Company.from_wire({"id": "1"}) if stream == COMPANIES else Contact.from_wire({"id": "1"})
