"""By what companies and people are recognised on the other side: names, websites, phones, e-mails, folded. Pure."""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from integrations.core.records import Json, canonical_text
from integrations.syncs.salesforce_accelo.alike import split_website
from integrations.syncs.salesforce_accelo.text import fold

LEGAL = frozenset(
    "ab ag aps as asa bhd bv bvba cic co company corp corporation cv dac doo eg ek eireli ev gbr gesmbh gmbh inc "
    "incorporated kft kg kgaa kk lda llc llp lp ltd ltda limited mbh nl nv ohg oy oyj pc plc proprietary pte pty pvt "
    "private sa sarl sas sasu sdn se sl slu snc spa srl sro ug ulc unlimited vof zrt".split()
)
"""Legal forms, folded, as the last words of a name."""
LEGAL_APART = frozenset(
    tuple(one.split())
    for one in "s a|b v|n v|a g|k k|s l|s p a|s r l|l l c|l l p|p l c|s a s|d o o|s r o|sp z oo|sp z o o|a s|e v|"
    "gmbh and co|pty ltd|spol s r o".split("|")
)
"""Legal forms that are written in several words."""
LONGEST = max(len(one) for one in LEGAL_APART)
ENDS = LEGAL | {one[-1] for one in LEGAL_APART} | {"and"}
"""Any legal form ends with one of these words."""

SHARED = frozenset(
    "facebook.com fb.com linkedin.com instagram.com twitter.com x.com tiktok.com youtube.com google.com goo.gl g.page "
    "business.site linktr.ee yelp.com tripadvisor.com etsy.com ebay.com amazon.com pinterest.com yellowpages.com "
    "yellowpages.com.au gmail.com googlemail.com hotmail.com outlook.com live.com yahoo.com icloud.com aol.com gmx.de "
    "bigpond.com wikipedia.org salesforce.com accelo.com".split()
)
"""Sites that many companies share: these hosts and all below them say nothing about whose website it is."""
BUILDERS = frozenset(
    "wixsite.com wix.com wordpress.com blogspot.com weebly.com squarespace.com myshopify.com github.io webflow.io "
    "godaddysites.com jimdo.com netlify.app herokuapp.com azurewebsites.net".split()
)
"""Sites that give each company a host of its own below theirs: only the bare host is shared."""

LEAST_DIGITS = 6
PHONE_DIGITS = 8
"""National numbers have eight digits and more where it matters (Denmark, Norway, Singapore, Hong Kong have just eight),
and what stands before the last eight is the same number written with or without its country."""
EXTENSION = re.compile(r"(?:ext(?:ension|n)?[.:\s]*\d|(?<![a-z])x\s*\d|#|;).*$", re.IGNORECASE | re.DOTALL)
PLAIN_PHONE = re.compile(r"[0-9+()./ -]*")
"""A number without an extension."""
DIGITS = re.compile(r"[0-9]+")
NUMBERED = re.compile(r"[^0-9\s]*[0-9]\S*")
VOWELS = re.compile(r"[aeiou ]|(.)(?=\1)")
SKELETON = 6


@dataclass(frozen=True, slots=True)
class Keys:
    """`raw`: the name as written, but for case. `name`: folded, without legal forms. `first`, `last`: of a person.
    `host`: of a website of its own. `phones`: last digits. `emails`: in lower case. `companies`: ids, in the words of
    one side, of the linked companies a person belongs to. '' and () where there is none."""

    raw: str = ""
    name: str = ""
    first: str = ""
    last: str = ""
    host: str = ""
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()


def company_keys(values: Mapping[str, Json]) -> Keys:
    name = canonical_text(values.get("name"))
    return Keys(
        raw=" ".join(name.casefold().split()),
        name=name_key(name),
        host=host_key(canonical_text(values.get("website"))),
        phones=_phones(values, "phone"),
    )


def contact_keys(values: Mapping[str, Json], companies: Iterable[str] = ()) -> Keys:
    """`companies`: ids of the linked companies the person belongs to, for both sides in the words of the same one."""
    first, last = canonical_text(values.get("first_name")), canonical_text(values.get("last_name"))
    whole = f"{first} {last}".strip()
    email = canonical_text(values.get("email")).casefold()
    return Keys(
        raw=" ".join(whole.casefold().split()),
        name=fold(whole),
        first=fold(first),
        last=fold(last),
        phones=_phones(values, "phone", "mobile"),
        emails=frozenset({email} if email else ()),
        companies=frozenset(one for one in companies if one),
    )


def name_key(text: str) -> str:
    """A company's name without case, accents, punctuation, a leading `the` and legal forms at the end; words in order.

    What would leave nothing is kept. The key of a key is the key.
    """
    words = fold(text).split()
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    while (ending := _ending(words)) and ending < len(words):
        words = words[:-ending]
    return " ".join(words)


def host_key(website: str) -> str:
    """`harbour.example` of `https://www.Harbour.example/shop`; '' for none and for a site that many companies share."""
    host = split_website(website)[0].partition(":")[0]
    parts = host.split(".")
    above = {".".join(parts[start:]) for start in range(len(parts) - 1)}
    return "" if len(parts) < 2 or " " in host or above & SHARED or host in BUILDERS else host


def phone_key(phone: str) -> str:
    """The last digits of a number without its extension; '' for what is too short to be a number of one's own."""
    number = phone if PLAIN_PHONE.fullmatch(phone) else EXTENSION.sub("", phone)
    digits = "".join(DIGITS.findall(number))
    return digits[-PHONE_DIGITS:] if len(digits) >= LEAST_DIGITS else ""


def blocking_keys(keys: Keys) -> list[str]:
    """Two records can be rated only if they share one of these; each is short and exact, for a join.

    Companies: `n:` name, `w:` host, `p:` phone, `s:` how the name sounds at its beginning, with all its numbers.
    People: `e:` e-mail, `n:` name, `c:` company and how the surname begins.
    """
    found = [f"n:{keys.name}"] if keys.name else []
    found += [f"e:{email}" for email in sorted(keys.emails)]
    if keys.last or keys.first:
        surname = skeleton(keys.last or keys.first)
        return found + [f"c:{company}:{surname}" for company in sorted(keys.companies)]
    found += [f"w:{keys.host}"] if keys.host else []
    found += [f"p:{phone}" for phone in sorted(keys.phones)]
    return found + ([f"s:{begins}:{'.'.join(number_words(keys.name))}"] if (begins := skeleton(keys.name)) else [])


def keys_packed(keys: Keys) -> bytes:
    """Equal keys give equal bytes: in this version of the form nothing refers to what stands before it."""
    sets = (sorted(keys.phones), sorted(keys.emails), sorted(keys.companies))
    return marshal.dumps((keys.raw, keys.name, keys.first, keys.last, keys.host, *sets), 2)


def keys_unpacked(row: bytes) -> Keys:
    raw, name, first, last, host, *sets = marshal.loads(row)
    return Keys(raw, name, first, last, host, *map(frozenset, sets))


def number_words(name: str) -> list[str]:
    """Words with a digit: names that differ in one are not similar (branch 1, branch 2)."""
    if name.isascii():
        return NUMBERED.findall(name)
    return [word for word in name.split() if any(one.isdigit() for one in word)]


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """The first consonants: the same for Harbor and Harbour, Miller and Miler. Of a name without any, its beginning."""
    return VOWELS.sub("", name[:1].upper() + name[1:])[:SKELETON].lower()


def _ending(words: list[str]) -> int:
    """How many of the last words are one legal form, or an `and` that is left hanging; 0 for none."""
    if not words or words[-1] not in ENDS:
        return 0
    for count in range(min(LONGEST, len(words)), 1, -1):
        if tuple(words[-count:]) in LEGAL_APART:
            return count
    return int(words[-1] in LEGAL or words[-1] == "and")


def _phones(values: Mapping[str, Json], *fields: str) -> frozenset[str]:
    keys = (phone_key(canonical_text(values.get(field))) for field in fields)
    return frozenset(key for key in keys if key)
