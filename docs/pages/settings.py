"""The page of settings: every setting with its type, default and meaning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from pages.markdown import NOTICE, markdown_table
from resources.settings import PREFIX, Settings


def settings_page() -> str:
    """Every setting with its type, default and meaning."""
    rows = [
        (f"`{PREFIX}{name.upper()}`", _kind(field), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    parts = [
        NOTICE,
        "# Settings",
        "Each is read from the environment, or from a file `.env` in the folder where the program is started; the "
        "environment wins. A value that cannot be used stops every command at its start with a sentence that names "
        "the setting, and exit code 1. Secrets are never printed.",
        markdown_table(("Setting", "Type", "Default", "Meaning"), rows),
        "Credentials of an object store are not settings of this project: they are read from the store's own "
        "variables (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `GOOGLE_APPLICATION_CREDENTIALS`, "
        "`AZURE_STORAGE_ACCOUNT_NAME`, ...).",
    ]
    return "\n\n".join(parts) + "\n"


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is dict:
        return "JSON object"
    types = [t for t in get_args(annotation) or (annotation,) if t is not type(None)]
    limits = [f"{sign} {getattr(rule, name)}" for rule in field.metadata for name, sign in _limits_of(rule)]
    return " ".join([" or ".join(WORDS.get(t, str(t)) for t in types), *limits])


WORDS: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    Path: "path",
    SecretStr: "secret text",
}
LIMITS = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))


def _limits_of(rule: object) -> Iterator[tuple[str, str]]:
    return ((name, sign) for name, sign in LIMITS if hasattr(rule, name))


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if default is None:
        return "not set"
    return "a public demo value" if isinstance(default, SecretStr) else f"`{default}`"
