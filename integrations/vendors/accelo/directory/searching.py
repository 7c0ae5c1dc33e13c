"""Looking for companies and contacts that could be a given one.

Accelo ignores a search or filter that it does not know and lists everything then: whoever asks compares what comes.
Source: Accelo API docs, _companies, _contacts, _affiliations (searches and filters), _configuring_responses.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.vendors.accelo.directory.kinds import AFFILIATIONS, COMPANIES, CONTACTS, Kind, R
from integrations.vendors.accelo.directory.reading import Reading
from integrations.vendors.accelo.records import Affiliation, Company, Contact
from integrations.vendors.accelo.transport import PAGE


class Searching(Reading):
    def search_companies(self, words: Sequence[str]) -> dict[str, Company]:
        """At most 100 of each search, by id. A search looks at names, websites and numbers; one request for each."""
        return self._search(COMPANIES, words)

    def search_contacts(self, emails: Sequence[str], names: Sequence[str]) -> dict[str, Contact]:
        """By the e-mail of any of their places, and by name; one request for each, one more for those by e-mail."""
        found = self._search(CONTACTS, names)
        ids = [tie.contact for email in emails for tie in self._with_email(email)]
        return found | self.contacts_by_id(id for id in ids if id not in found)

    def _with_email(self, email: str) -> list[Affiliation]:
        """By the search, for a filter's value may hold no @ (_configuring_responses)."""
        ties = self._search(AFFILIATIONS, [email]).values()
        return [tie for tie in ties if tie.email.strip().casefold() == email.strip().casefold()]

    def _search(self, kind: Kind[R], words: Sequence[str]) -> dict[str, R]:
        found: dict[str, R] = {}
        for text in words:
            rows = self._calls.rows(kind.path, _search=text, _limit=str(PAGE), _fields=kind.fields)
            found |= {one.id: one for one in map(kind.parse, rows)}
        return found
