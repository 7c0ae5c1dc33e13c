"""Builds the envelopes that are sent: SOAP 1.1, document/literal wrapped. Pure.

Source: the vendor's collections of requests for Integration 2.0 and 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from integrations.core.errors import ConfigError

NAMESPACE = "http://www.visorsoftware.com/visor/accountsiq/dashboard/Integration/"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry in any form."""

Params = Iterable[tuple[str, str]]


def build_headers(operation: str) -> dict[str, str]:
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": NAMESPACE + operation}


def build_envelope(operation: str, params: Params = (), header: tuple[str, str] | None = None) -> bytes:
    """UTF-8. `params`: child elements of the operation, in order. `header`: (entity, access token) of 2.0, or None.

    Raises ConfigError when a value cannot travel in XML.
    """
    body = "".join(_element(name, value) for name, value in params)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<soap:Envelope xmlns:soap="{_SOAP}">{_header(header)}'
        f'<soap:Body><{operation} xmlns="{NAMESPACE}">{body}</{operation}></soap:Body></soap:Envelope>'
    ).encode()


def _header(header: tuple[str, str] | None) -> str:
    if header is None:
        return ""
    inner = _element("Entity", header[0]) + _element("AccessToken", header[1])
    return f'<soap:Header><AiqSoapHeader xmlns="{NAMESPACE}">{inner}</AiqSoapHeader></soap:Header>'


def _element(name: str, value: str) -> str:
    if _FORBIDDEN.search(value):
        raise ConfigError(
            f"The {name} of this AccountsIQ connection contains a character that cannot be sent. Enter it again."
        )
    return f"<{name}>{escape(value, {chr(13): '&#13;'})}</{name}>"
