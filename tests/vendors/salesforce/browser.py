"""A person in front of Salesforce's sign-in pages: plain requests, no scripts."""

import re
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """The way back to the portal is looked at, not taken."""


_OPENER = build_opener(_Stay())


def sign_in(address: str, username: str, answer: str = "allow") -> dict[str, str]:
    """Logs in on the page at `address`, presses Allow or Deny, and gives what the portal is called back with."""
    page = _text(address)
    page = _text(_action(page), ticket=_ticket(page), username=username, pw="any")
    back = _location(_action(page), ticket=_ticket(page), answer=answer)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def _text(address: str, **form: str) -> str:
    with _OPENER.open(Request(address, urlencode(form).encode() or None)) as page:
        text: str = page.read().decode()
    return text


def _location(address: str, **form: str) -> str:
    try:
        _OPENER.open(Request(address, urlencode(form).encode()))
    except HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("The page did not lead back.")


def _action(page: str) -> str:
    return _found(r'action="([^"]+)"', page)


def _ticket(page: str) -> str:
    return _found(r'name="ticket" value="([^"]+)"', page)


def _found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page
    return match[1].replace("&amp;", "&")
