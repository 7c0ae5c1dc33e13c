"""How the admin looks: the theme's settings. The pages themselves are in integrations/admin and templates/."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy

IN_A_WORKSPACE = "integrations.admin.scope.in_a_workspace"
SUPERUSER = "integrations.admin.scope.is_superuser"
CONFLICTS = "integrations.admin.conflicts"


def entry(title: str, icon: str, name: str, permission: str | None = IN_A_WORKSPACE, badge: str = "") -> dict[str, Any]:
    """`badge`: dotted name of what gives the number beside the entry."""
    link = reverse_lazy(f"admin:{name}")
    item = {"title": title, "icon": icon, "link": link, "active": active(name), "permission": permission}
    return item | ({"badge": badge} if badge else {})


def active(name: str) -> Any:
    """Whether a page belongs to an entry: by the beginning of its address. Audit and mapping pages have their own;
    pages of a whole list of tags belong to Tags."""

    def check(request: HttpRequest) -> bool:
        address = reverse(f"admin:{name}")
        if name == "index":
            return request.path == address
        if "/mappings/" in request.path and name.startswith("integrations_"):
            return name == "integrations_mapping_changelist"
        if name == "integrations_workspace_changelist" and request.path == reverse(
            "admin:integrations_workspace_audit"
        ):
            return False
        if name == "integrations_tag_changelist" and request.path.startswith(
            reverse("admin:integrations_taglist_changelist")
        ):
            return True
        return request.path.startswith(address)

    return check


WORKSPACE_TASKS = [
    entry("Home", "home", "index", None),
    entry("Connections", "cable", "integrations_connection_changelist"),
    entry("Syncs", "sync", "integrations_sync_changelist"),
    entry("Mappings", "swap_horiz", "integrations_mapping_changelist"),
    entry("Tags", "sell", "integrations_tag_changelist"),
    entry("Tag uploads", "upload_file", "integrations_tagupload_changelist"),
    entry("Import Data", "move_to_inbox", "integrations_import_changelist"),
    entry("Runs", "list_alt", "integrations_run_changelist"),
    entry("Conflicts", "call_split", "integrations_fieldconflict_changelist", badge=f"{CONFLICTS}.open_badge"),
    entry("Unknown outcomes", "help", "integrations_intent_changelist"),
    entry("Incidents", "warning", "integrations_incident_changelist"),
    entry("E-mails", "mail", "integrations_message_changelist"),
    entry("Audit", "history", "integrations_workspace_audit"),
    entry("Workspace", "groups", "integrations_workspace_changelist"),
]
INSTALLATION = [
    entry("Users", "person", "auth_user_changelist", SUPERUSER),
    entry("Queue", "hourglass_empty", "django_q_ormq_changelist", SUPERUSER),
    entry("Schedules", "schedule", "django_q_schedule_changelist", SUPERUSER),
    entry("Failed tasks", "error", "django_q_failure_changelist", SUPERUSER),
    entry("Workers", "memory", "integrations_workerbeat_changelist", SUPERUSER),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Integrations Portal",
    "SITE_HEADER": "Integrations Portal",
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("integrations/icon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "GLOBAL_CALLBACK": "integrations.admin.scope.header",
    "DASHBOARD_CALLBACK": "integrations.admin.home.home_context",
    "STYLES": [lambda request: static("integrations/portal.css")],
    "SCRIPTS": [lambda request: static("integrations/portal.js")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"title": "", "items": WORKSPACE_TASKS},
            {"title": "Installation", "separator": True, "items": INSTALLATION},
        ],
    },
}
