"""A cut-down WSDL of our own with the operations that the emulator knows, in the vendor's form: SOAP 1.1,
document/literal wrapped, answers of type WSResult2OfX, the header AiqSoapHeader in 2.0.

Source: AccountsIQ WSDL of Integration 2.0 (types, inheritance, port name).
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from integrations.vendors.accountsiq.sandbox import specs
from integrations.vendors.accountsiq.sandbox.operations import LISTS, QUERIES, SIGN_IN
from integrations.vendors.accountsiq.sandbox.render import NAMESPACE
from integrations.vendors.accountsiq.sandbox.specs import Fields

_RECORDS: dict[str, Fields] = {
    "WSChartOfAccountLine": specs.GL_ACCOUNT,
    "Tax": specs.TAX,
    "TaxChecker": specs.CHECKER,
    "WSAnalysisDimensionCode": specs.OPTION,
    "Department": specs.DEPARTMENT,
    "Supplier": specs.SUPPLIER,
    "WSEntity": specs.ENTITY,
    "WSCompanyInformation": specs.COMPANY,
}
_TYPES = {"b": "xs:boolean", "i": "xs:int", "d": "xs:decimal", "t": "xs:dateTime", "e": "tns:LedgerType"}
_RESULTS = {
    "GetChartOfAccounts": "ArrayOfWSChartOfAccountLine",
    "GetGLAccountList": "ArrayOfArrayOfString",
    "GetTaxCodeList": "ArrayOfTax",
    "GetAnalysisDimensionSetup": "ArrayOfWSAnalysisDimension",
    "GetDepartmentList": "ArrayOfDepartment",
    "GetDepartmentsBy": "ArrayOfDepartment",
    "GetDepartmentsByAnalysisCode": "ArrayOfDepartment",
    "GetDepartmentById": "Department",
    "GetSupplierList": "ArrayOfSupplier",
    "GetActiveSupplierList": "ArrayOfSupplier",
    "GetSuppliersBy": "ArrayOfSupplier",
    "GetSupplier": "Supplier",
    "GetCompanyInformation": "WSCompanyInformation",
    "GetEntitiesByToken": "ArrayOfWSEntity",
}
_PARAMETERS = {
    "GetDepartmentsBy": ("query", "tns:WSGetDepartmentsByQuery"),
    "GetDepartmentsByAnalysisCode": ("query", "tns:WSGetDepartmentByAnalysisCodeQuery"),
    "GetSuppliersBy": ("query", "tns:WSGetSuppliersByQuery"),
    "GetDepartmentById": ("departmentId", "xs:string"),
    "GetSupplier": ("supplierCode", "xs:string"),
}
_STATUS = ("Success", "Failure", "NotCreated", "Created", "Conflicted", "Unknown", "InProgress")


def build_wsdl(version: str, address: str) -> bytes:
    name = f"Integration_{version.replace('.', '_')}"
    operations = sorted([*LISTS, *QUERIES, *SIGN_IN[version]])
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">'
        f'<wsdl:types><xs:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">'
        f"{_types()}{''.join(_elements(one, version) for one in operations)}{_header_type()}</xs:schema></wsdl:types>"
        f"{''.join(map(_messages, operations))}"
        f'<wsdl:message name="Header"><wsdl:part name="AiqSoapHeader" element="tns:AiqSoapHeader"/></wsdl:message>'
        f'<wsdl:portType name="{name}Soap">{"".join(map(_port_operation, operations))}</wsdl:portType>'
        f'<wsdl:binding name="{name}Soap" type="tns:{name}Soap">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>'
        f"{''.join(_binding(one, version) for one in operations)}</wsdl:binding>"
        f'<wsdl:service name="{name}"><wsdl:port name="{name}Soap" binding="tns:{name}Soap">'
        f'<soap:address location="{escape(address)}"/></wsdl:port></wsdl:service></wsdl:definitions>'
    ).encode()


def _element(name: str, kind: str, occurs: str = 'minOccurs="0"') -> str:
    return f'<xs:element {occurs} name="{name}" type="{kind}"/>'


def _always(name: str, kind: str) -> str:
    return _element(name, kind, 'minOccurs="1"')


def _complex(name: str, inner: str) -> str:
    return f'<xs:complexType name="{name}"><xs:sequence>{inner}</xs:sequence></xs:complexType>'


def _extension(name: str, base: str, inner: str) -> str:
    return (
        f'<xs:complexType name="{name}"><xs:complexContent><xs:extension base="tns:{base}"><xs:sequence>{inner}'
        "</xs:sequence></xs:extension></xs:complexContent></xs:complexType>"
    )


def _array(item: str, name: str = "", kind: str = "") -> str:
    inner = _element(name or item, kind or f"tns:{item}", 'minOccurs="0" maxOccurs="unbounded" nillable="true"')
    return _complex(f"ArrayOf{item}", inner)


def _enum(name: str, values: tuple[str, ...]) -> str:
    inner = "".join(f'<xs:enumeration value="{value}"/>' for value in values)
    return f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{inner}</xs:restriction></xs:simpleType>'


def _record(name: str, fields: Fields) -> str:
    return _complex(name, "".join(_field(*one) for one in fields))


def _field(name: str, kind: str) -> str:
    if kind == "s":
        return _element(name, "xs:string")
    return _element(name, "tns:TaxChecker") if kind == "checker" else _always(name, _TYPES[kind])


def _types() -> str:
    since = _element("FromLastModifiedDateInUTC", "xs:dateTime", 'minOccurs="1" nillable="true"')
    filters = "".join(_element(f"a{number}Filter", "tns:ArrayOfString") for number in range(1, 7))
    dimension = "".join(_field(*one) for one in specs.OPTION)
    pair = _element("AccessToken", "xs:string") + _element("RefreshToken", "xs:string")
    head = _always("Status", "tns:OperationStatus") + _always("ErrorCode", "xs:string")
    return "".join(
        (
            _enum("OperationStatus", _STATUS),
            _enum("LedgerType", ("Sales", "Purchases")),
            *(_record(name, fields) for name, fields in _RECORDS.items()),
            _complex(
                "WSAnalysisDimension", dimension + _element("DimensionCodes", "tns:ArrayOfWSAnalysisDimensionCode")
            ),
            *map(_array, (*_RECORDS, "WSAnalysisDimension")),
            _array("String", "string", "xs:string"),
            _array("ArrayOfString"),
            _complex("OperationResult", head + _element("ErrorMessage", "xs:string")),
            _extension("WSResultStatus", "OperationResult", _always("HasExpired", "xs:boolean")),
            *(
                _extension(f"WSResult2Of{kind}", "WSResultStatus", _element("Result", f"tns:{kind}"))
                for kind in sorted(set(_RESULTS.values()))
            ),
            *(_sign_in_types(kind, pair) for kind in ("TokenGet", "TokenRefresh")),
            _complex("WSGetDepartmentsByQuery", since),
            _complex("WSGetSuppliersByQuery", _element("Emails", "tns:ArrayOfString") + since),
            _complex("WSGetDepartmentByAnalysisCodeQuery", filters),
        )
    )


def _sign_in_types(operation: str, pair: str) -> str:
    words = "".join(_element(name, "xs:string") for name in ("Status", "ErrorCode", "ErrorMessage"))
    answer = _complex(f"{operation}Response", pair)
    return answer + _complex(f"WSResult3Of{operation}Response", _element("Result", f"tns:{operation}Response") + words)


def _elements(operation: str, version: str) -> str:
    """The element of the request and that of the answer."""
    return _named(operation, _request(operation)) + _named(
        f"{operation}Response", _element(f"{operation}Result", _result(operation))
    )


def _named(name: str, inner: str) -> str:
    return f'<xs:element name="{name}"><xs:complexType><xs:sequence>{inner}</xs:sequence></xs:complexType></xs:element>'


def _request(operation: str) -> str:
    names = {
        "TokenGet": ("clientId", "clientSecret"),
        "TokenRefresh": ("clientId", "clientSecret", "refreshToken"),
        "Login": ("companyID", "partnerKey", "userKey"),
        "GetEntitiesByToken": (),
    }.get(operation, ("token",))
    parameters = [(name, "xs:string") for name in names]
    if operation in _PARAMETERS:
        parameters.append(_PARAMETERS[operation])
    return "".join(_element(name, kind) for name, kind in parameters)


def _result(operation: str) -> str:
    if operation == "Login":
        return "xs:string"
    if operation in ("TokenGet", "TokenRefresh"):
        return f"tns:WSResult3Of{operation}Response"
    return f"tns:WSResult2Of{_RESULTS[operation]}"


def _header_type() -> str:
    inner = _element("Entity", "xs:string") + _element("AccessToken", "xs:string")
    return _complex("AiqSoapHeader", inner) + '<xs:element name="AiqSoapHeader" type="tns:AiqSoapHeader"/>'


def _messages(operation: str) -> str:
    return "".join(
        f'<wsdl:message name="{operation}{way}"><wsdl:part name="parameters" element="tns:{operation}{element}"/>'
        "</wsdl:message>"
        for way, element in (("SoapIn", ""), ("SoapOut", "Response"))
    )


def _port_operation(operation: str) -> str:
    ways = f'<wsdl:input message="tns:{operation}SoapIn"/><wsdl:output message="tns:{operation}SoapOut"/>'
    return f'<wsdl:operation name="{operation}">{ways}</wsdl:operation>'


def _binding(operation: str, version: str) -> str:
    carried = version == "2.0" and operation not in ("TokenGet", "TokenRefresh")
    header = '<soap:header message="tns:Header" part="AiqSoapHeader" use="literal"/>' if carried else ""
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{operation}"><soap:operation soapAction="{NAMESPACE}{operation}" style="document"/>'
        f"<wsdl:input>{body}{header}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
    )
