"""The portal's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from portal import health, hooks

admin.autodiscover()

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("hooks/<slug:vendor>/<uuid:token>/", hooks.hook, name="hook"),
    path("admin/", admin.site.urls),
]
