"""Answers of AccountsIQ as a test composes them."""

from integrations.vendors.accountsiq.envelope import NAMESPACE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
GOOD = "<Status>Success</Status><ErrorCode>SUCCESS</ErrorCode><HasExpired>false</HasExpired>"
EXPIRED = "<Status>Success</Status><ErrorCode>SUCCESS</ErrorCode><HasExpired>true</HasExpired>"


def soap(inner: str) -> str:
    start = f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}">'
    return f"{start}<soap:Body>{inner}</soap:Body></soap:Envelope>"


def reply(operation: str, inner: str) -> str:
    """`inner`: the children of `<Op>Result`."""
    return soap(
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{inner}</{operation}Result></{operation}Response>'
    )


def failure(operation: str, code: str = "UNKNOWN", message: str = "Something broke.") -> str:
    words = f"<Status>Failure</Status><ErrorCode>{code}</ErrorCode><ErrorMessage>{message}</ErrorMessage>"
    return reply(operation, f"{words}<HasExpired>false</HasExpired>")


def fault(words: str, code: str = "soap:Server") -> str:
    return soap(f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring></soap:Fault>")
