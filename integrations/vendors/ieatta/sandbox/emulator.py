"""The emulated Integration Server: one path for every job, and what a test or a person does beside it."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from integrations.vendors.emulator import Clock, Request, Response, not_known
from integrations.vendors.ieatta.sandbox import lenient, policies, seeds, updates
from integrations.vendors.ieatta.sandbox.answers import Refused, envelope, failure, page
from integrations.vendors.ieatta.sandbox.exporter import Exporter
from integrations.vendors.ieatta.sandbox.limits import Limiter, Settings
from integrations.vendors.ieatta.sandbox.people import act
from integrations.vendors.ieatta.sandbox.receipts import receipt_response, receipt_row
from integrations.vendors.ieatta.sandbox.state import Row, State
from integrations.vendors.ieatta.sandbox.tags import edit_tag

ENDPOINTS = ("", "/", "/Integration-Server/ExpensifyIntegrations")
RATE_LIMITED = "You have been rate-limited. Please try again later or contact help@expensify.com for assistance."


class IeattaEmulator:
    key = "ieatta"

    def __init__(self) -> None:
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        """One account with one empty policy."""
        self.state = State()
        self.settings = Settings()
        self.limiter = Limiter()
        self.exporter = Exporter(self.state, self.settings)

    def seed(self, size: str) -> None:
        """Raises KeyError for another size than small or demo."""
        {"small": seeds.small, "demo": seeds.demo}[size](self.state, self.clock.now())

    # HTTP

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/receipts/"):
            return receipt_response(self.state.receipts, request.path.removeprefix("/receipts/"))
        if request.path.rstrip("/") not in ENDPOINTS:
            return page(404, request.path)
        if request.method not in ("GET", "POST"):
            return page(405, "Method Not Allowed")
        if "multipart/" in request.headers.get("content-type", ""):
            return not_known("multipart requests")
        form = dict(request.query_pairs() + (request.form_pairs() if request.method == "POST" else []))
        try:
            return self._job(form, request.base)
        except Refused as refused:
            return failure(refused.code, refused.message)

    def _job(self, form: dict[str, str], base: str) -> Response:
        if "requestJobDescription" not in form:
            return page(500, "requestJobDescription is missing")
        try:
            job = lenient.parse(form["requestJobDescription"])
        except ValueError as error:
            return page(500, f"JSONObject text is not valid: {error}")
        if not isinstance(job, dict):
            return page(500, "JSONObject text must begin with '{'")
        return self._admitted(job) or self._dispatch(job, form, base)

    def _admitted(self, job: Row) -> Response | None:
        """None when the pair is right and the windows have room."""
        pair = job.get("credentials") or {}
        user = str(pair.get("partnerUserID", ""))
        if user not in self.state.accounts or self.state.accounts[user] != pair.get("partnerUserSecret"):
            return self._signed_out(user)
        if self.limiter.admits(user, self.clock.now(), self.settings.windows):
            return None
        return page(429, "Too Many Requests") if self.settings.rate_as == "http" else failure(429, RATE_LIMITED)

    def _signed_out(self, user: str) -> Response:
        how = self.settings.auth_error
        if how == "http401":
            return page(401, "Invalid Credentials")
        if how == "body500":
            return failure(500, f"Not authorized to authenticate as user {user}")
        return failure(401, "Invalid credentials")

    def _dispatch(self, job: Row, form: dict[str, str], base: str) -> Response:
        now = self.clock.now()
        kind = job.get("type")
        wanted = job.get("inputSettings") or {}
        if kind == "file":
            return self.exporter.order(job, form.get("template", ""), base, now)
        if kind == "download":
            return self.exporter.download(job, now)
        match kind, wanted.get("type"):
            case "get", "policyList":
                return policies.policy_list(self.state, wanted, self.settings)
            case "get", "policy":
                return policies.policy_info(self.state, wanted, self.settings)
            case "update", "policy":
                return policies.update_policy(self.state, job, form.get("file"), self.settings)
            case "update", "reportStatus":
                return updates.report_status(self.state, wanted, now)
            case "create", "expenses":
                return updates.create_expenses(self.state, wanted, now.date())
            case "create", "report":
                return updates.create_report(self.state, wanted, now.date())
            case "create", "policy":
                return self._create_policy(wanted)
        return self._unknown(str(kind), str(wanted.get("type")))

    def _create_policy(self, wanted: Row) -> Response:
        name = wanted.get("policyName")
        if not name:
            raise Refused(500, "Required parameter 'policyName' is missing")
        plan = {"team": "team", "corporate": "control"}[wanted.get("plan", "team")]
        number = len(self.state.policies)
        id = self.state.put_policy({"id": f"{number:016X}", "name": name, "type": plan})
        return envelope("application/json", policyID=id, policyName=name)

    def _unknown(self, kind: str, inner: str) -> Response:
        """A job that exists but is not emulated is said so; any other word is the vendor's own refusal."""
        real = {
            "reconciliation": None,
            "get": ("domainCardList",),
            "create": ("expenseRules",),
            "update": ("tagApprovers", "employees", "expenseRules"),
        }
        if kind in real and (real[kind] is None or inner in (real[kind] or ())):
            return not_known(f"the job {kind} {inner}")
        raise Refused(410, "Argument 'type' is missing or malformed")

    # control

    def control(self, name: str, data: dict[str, Any]) -> Any:
        """put, remove, tag, act, settings, state, bulk, regenerate_secret, credentials. Raises KeyError for another
        name, ValueError for data that makes no sense."""
        actions = {
            "put": self._put,
            "remove": self._remove,
            "tag": self._tag,
            "act": self._act,
            "settings": self._set,
            "state": self._state,
            "bulk": self._bulk,
            "regenerate_secret": self._regenerate,
            "credentials": self._credentials,
        }
        return actions[name](data)

    def _put(self, data: Row) -> Row:
        """{"table": reports, expenses, policies or receipts, "rows": […]} -> {"ids"}."""
        today = self.clock.now().date()
        put = {
            "reports": lambda row: self.state.put_report(row, today),
            "expenses": lambda row: self.state.put_expense(row, today),
            "policies": self.state.put_policy,
            "receipts": self._put_receipt,
        }[data["table"]]
        return {"ids": [put(row) for row in data["rows"]]}

    def _put_receipt(self, row: Row) -> str:
        full = receipt_row(row)
        self.state.receipts[full["id"]] = full
        return str(full["id"])

    def _remove(self, data: Row) -> Row:
        """{"table", "ids"}."""
        self.state.remove(data["table"], data["ids"])
        return {"removed": len(data["ids"])}

    def _tag(self, data: Row) -> Row:
        """One tag as a person edits it (tags.edit_tag) -> {"tags": the policy's levels}."""
        return {"tags": edit_tag(self.state, data)}

    def _act(self, data: Row) -> Row:
        """{"report", "do": submit, approve, reject, reimburse, unapprove, retract or archive, "date", "by",
        "message"} -> the report."""
        report = self.state.reports[data["report"]]
        moment = str(data.get("date") or self.clock.now().strftime("%Y-%m-%d %H:%M:%S"))
        moment = moment if len(moment) > 10 else f"{moment} 12:00:00"
        act(report, data["do"], moment, by=data.get("by", ""), message=data.get("message", ""))
        return report

    def _set(self, data: Row) -> Row:
        """Any of limits.Settings -> all of them."""
        known = {item.name for item in fields(Settings)}
        for name, value in data.items():
            if name not in known:
                raise KeyError(name)
            setattr(self.settings, name, value)
        return asdict(self.settings)

    def _state(self, data: Row) -> Row:
        return {
            "policies": self.state.policies,
            "reports": self.state.reports,
            "expenses": {id: row for rows in self.state.expenses.values() for id, row in rows.items()},
            "receipts": self.state.receipts,
            "files": {name: len(file.content) for name, file in self.exporter.files.items()},
        }

    def _bulk(self, data: Row) -> Row:
        """{"expenses": n, "per_report": 20, "state": "APPROVED"}: generated quickly."""
        return {"reports": seeds.bulk(self.state, self.clock.now(), **data)}

    def _regenerate(self, data: Row) -> Row:
        """A new secret for {"user"} (default: the only one); the old one stops working."""
        user = data.get("user") or next(iter(self.state.accounts))
        self.state.accounts[user] = data.get("secret") or f"new-{self.state.accounts[user]}"
        return {"partner_user_id": user, "partner_user_secret": self.state.accounts[user]}

    def _credentials(self, data: Row) -> Row:
        """{"partner_user_id", "partner_user_secret"}: make this the account's only pair."""
        self.state.accounts = {data["partner_user_id"]: data["partner_user_secret"]}
        return data
