"""The sign-in form, with words that say what to do.

It is given to the site here: named in the theme's settings it would be imported while the site is being made."""

from __future__ import annotations

from django.contrib import admin
from unfold.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """One sentence for a wrong name, a wrong password and a user who may not enter: which it was is not told."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": (
            "The user name or the password is wrong, or this user may not enter. Try again; capitals count. "
            "If it goes on, ask whoever runs this portal."
        ),
    }


admin.site.login_form = SignInForm
