"""Which way imports point. Every file is parsed; an import inside a function counts like any other."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STANDARD = frozenset(sys.stdlib_module_names)
HTTP_LIBRARIES = ("requests", "urllib3")

# Layer of a file, by the longest matching beginning of its module name. `*` stands for one part.
LAYERS = {
    "integrations": "root",
    "integrations.apps": "apps",
    "integrations.checks": "apps",
    "integrations.core": "core",
    "integrations.imports": "imports",
    "integrations.http": "http",
    "integrations.vendors.base": "vendor_base",
    "integrations.vendors.emulator": "emulator_base",
    "integrations.vendors": "vendor_base",
    "integrations.vendors.*": "vendor",
    "integrations.vendors.*.sandbox": "emulator",
    "integrations.syncs": "sync_base",
    "integrations.syncs.base": "sync_base",
    "integrations.syncs.deciding": "sync_base",
    "integrations.syncs.desk": "sync_base",
    "integrations.syncs.queries": "sync_base",
    "integrations.syncs.*": "sync",
    "integrations.registry": "registry",
    "integrations.engine": "engine",
    "integrations.sandbox": "sandbox",
    "integrations.migrations": "migrations",
    "integrations.models": "models",
    "integrations.services": "services",
    "integrations.tasks": "tasks",
    "integrations.admin": "admin",
    "integrations.management": "commands",
    "portal": "portal",
    "manage": "portal",
}

DJANGO_FREE = {
    "root", "core", "imports", "http", "vendor_base", "emulator_base", "vendor", "emulator",
    "sync_base", "sync", "registry", "engine", "sandbox",
}  # fmt: skip

PURE: dict[str, set[str]] = {"core": set(), "imports": {"python_calamine"}}
"""Layers without I/O of their own, and the libraries that these may use beside the standard one."""

# Which layers a layer may import, itself aside.
ARROWS: dict[str, set[str]] = {
    "root": set(),
    "core": set(),
    "imports": {"core"},
    "http": {"core"},
    "vendor_base": {"core", "http"},
    "emulator_base": {"core"},
    "emulator": {"core", "emulator_base"},
    "vendor": {"core", "http", "vendor_base", "emulator"},
    "sync_base": {"core", "vendor_base"},
    "sync": {"core", "sync_base", "vendor_base", "vendor"},
    "registry": {"vendor_base", "sync_base"},
    "engine": {"core", "http", "registry", "sync_base", "vendor_base"},
    "sandbox": {"core", "registry", "emulator_base", "vendor_base"},
    "migrations": {"models"},
    "models": {"core", "registry", "vendor_base", "sync_base"},
    "services": {"core", "imports", "http", "vendor_base", "sync_base", "registry", "engine", "models"},
    "tasks": {"core", "services", "models", "registry"},
    "admin": {"core", "imports", "services", "models", "registry", "vendor_base", "sync_base"},
    "commands": {"core", "imports", "services", "models", "registry", "sandbox", "vendor_base", "sync_base"},
    "apps": {"services", "registry"},
    "portal": {"services", "admin"},
}


@dataclass(frozen=True)
class Import:
    file: str
    line: int
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.module} may not import {self.name}"


def layer(name: str) -> str:
    """The layer of a module of ours, '' for one of others."""
    best, found = -1, ""
    parts = name.split(".")
    for pattern, of in LAYERS.items():
        wanted = pattern.split(".")
        fits = len(parts) >= len(wanted) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=False))
        weight = len(wanted) * 2 - ("*" in wanted)
        if fits and weight > best:
            best, found = weight, of
    return found


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, module: str, package: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported; `from x import y` gives x.y where that is a module, else x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = relative_base(node, module, package)
            yield from ((node.lineno, deeper(base, alias.name)) for alias in node.names)


def relative_base(node: ast.ImportFrom, module: str, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + package]
    return ".".join([*parts, node.module] if node.module else parts)


def deeper(base: str, name: str) -> str:
    folder = ROOT / Path(*base.split("."))
    return f"{base}.{name}" if (folder / f"{name}.py").exists() or (folder / name).is_dir() else base


def files() -> list[Path]:
    return [ROOT / "manage.py", *sorted(ROOT.glob("portal/**/*.py")), *sorted(ROOT.glob("integrations/**/*.py"))]


def imports_of(path: Path) -> list[Import]:
    module = module_name(path)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = imported(tree, module, path.name == "__init__.py")
    return [Import(str(path.relative_to(ROOT)), line, module, name) for line, name in found]


def folder_of(name: str) -> str:
    """`integrations.vendors.accelo` for anything below it."""
    return ".".join(name.split(".")[:3])


def wrong(found: Import) -> bool:
    own, other = layer(found.module), layer(found.name)
    if not other:
        return outside_is_wrong(own, found.name.partition(".")[0])
    if {own, other} <= {"vendor", "emulator"} or (own == other == "sync"):
        return folder_of(found.module) != folder_of(found.name) or (own, other) == ("emulator", "vendor")
    return own != other and other not in ARROWS[own]


def outside_is_wrong(own: str, package: str) -> bool:
    if package in STANDARD:
        return False
    if own in PURE:
        return package not in PURE[own]
    if package in HTTP_LIBRARIES:
        return own not in ("http", "sandbox", "vendor")
    return own in DJANGO_FREE and (package.startswith("django") or package in ("environ", "unfold", "simple_history"))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_the_allowed_way(path: Path) -> None:
    assert [str(found) for found in imports_of(path) if wrong(found)] == []


def test_every_file_belongs_to_a_layer() -> None:
    assert [str(path) for path in files() if layer(module_name(path)) not in ARROWS] == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("integrations.core.plan", "django.db"),
        ("integrations.core.plan", "requests"),
        ("integrations.core.plan", "python_calamine"),
        ("integrations.imports.table", "openpyxl"),
        ("integrations.core.plan", "integrations.http"),
        ("integrations.http.door", "integrations.models"),
        ("integrations.vendors.accelo.client", "integrations.vendors.ieatta.records"),
        ("integrations.vendors.accelo.client", "integrations.syncs.base"),
        ("integrations.vendors.accelo.sandbox.rules", "integrations.vendors.accelo.client"),
        ("integrations.vendors.accelo.client", "django.conf"),
        ("integrations.syncs.ieatta_accelo.rules", "integrations.syncs.other_pair.rules"),
        ("integrations.syncs.ieatta_accelo.read", "integrations.services.runs"),
        ("integrations.engine", "integrations.models"),
        ("integrations.registry", "integrations.models"),
        ("integrations.models.runs", "integrations.services.runs"),
        ("integrations.services.runs", "integrations.tasks"),
        ("integrations.services.runs", "integrations.admin.runs"),
        ("integrations.services.runs", "requests"),
        ("integrations.tasks", "integrations.admin"),
        ("integrations.admin.runs", "integrations.tasks"),
        ("integrations.admin.runs", "integrations.vendors.accelo.client"),
        ("integrations.management.commands.sync", "integrations.vendors.accelo.client"),
        ("integrations.sandbox.server", "integrations.services.runs"),
        ("integrations.sandbox.server", "integrations.vendors.accelo.client"),
        ("portal.urls", "integrations.models"),
    ],
)
def test_a_wrong_arrow_is_seen(module: str, name: str) -> None:
    assert wrong(Import("x.py", 1, module, name))


def test_an_import_inside_a_function_counts() -> None:
    tree = ast.parse("def f():\n    from ..services import runs\n")
    assert list(imported(tree, "integrations.models.runs", package=False)) == [(2, "integrations.services.runs")]
