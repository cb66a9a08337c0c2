"""The settings of an installation: few, from the environment, each with its default and what it is for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.policy import LOCALE
from index.model import Model, default_model, named_model
from web.embedding import SiteError, sites_of
from web.staff.provider import Client, is_safe


class SettingError(Exception):
    """A setting that cannot be used; names it, its value and the next step."""


@dataclass(frozen=True)
class Setting:
    """One environment variable."""

    name: str
    default: str
    help: str
    secret: bool = False


SETTINGS = (
    Setting("WELLCITED_DATA", "./data", "Folder of the database, the editions and the exported encoder."),
    Setting(
        "WELLCITED_DATABASE_URL",
        "",
        "postgresql+psycopg://… to keep shared state in PostgreSQL; empty for SQLite.",
        secret=True,  # it may hold a password
    ),
    Setting("WELLCITED_SITE_NAME", "Wellcited", "Name of the site, shown at the top of every page."),
    Setting(
        "WELLCITED_CONTACT",
        "",
        "How visitors reach a person, in words; numbers and addresses in it can be followed by a tap.",
    ),
    Setting(
        "WELLCITED_SITES",
        "",
        "Sites that may show the assistant on their pages: origins such as https://clinic.example, with spaces between.",
    ),
    Setting(
        "WELLCITED_LOCALE",
        "en-US",
        "Whose help lines and words visitors see; others than en-US once their lines are checked.",
    ),
    Setting(
        "WELLCITED_STAFF_CODES",
        "optional",
        "optional; or admins, if admins must sign in with an authenticator app's code as well.",
    ),
    Setting(
        "WELLCITED_FETCH",
        "off",
        "on if curators may bring articles in by their web address; the server then fetches them.",
    ),
    Setting(
        "WELLCITED_OIDC_ISSUER",
        "",
        "OpenID Connect provider by which staff may sign in: its address, as its tokens state it.",
    ),
    Setting("WELLCITED_OIDC_CLIENT_ID", "", "What that provider knows this site by."),
    Setting("WELLCITED_OIDC_CLIENT_SECRET", "", "The secret that goes with it.", secret=True),
    Setting("WELLCITED_PROXY", "", "Network address of a proxy in front, which says who asks; empty if there is none."),
    Setting("WELLCITED_MODEL", "", "Folder of a sentence-transformers model; empty for the packaged all-MiniLM-L6-v2."),
    Setting("WELLCITED_READER", "on", "on; or off to decide by search alone, which is faster and wrong more often."),
    Setting("WELLCITED_MODEL_SHA256", "", "SHA-256 of that model's model.safetensors; needed with WELLCITED_MODEL."),
    Setting(
        "WELLCITED_KEEP_DAYS",
        "90",
        "Days after which a running server erases the words of questions and of feedback; off to keep them.",
    ),
    Setting("WELLCITED_LOG_KEY", "", "File of the key that signs the log; empty for log.key in the data folder."),
)


@dataclass(frozen=True)
class Settings:
    """Settings as read once at the start."""

    data: Path
    database_url: str | None
    site_name: str
    contact: str | None
    model: Model
    reads: bool = True
    locale: str = LOCALE
    sites: tuple[str, ...] = ()
    keep_days: int | None = 90
    log_key: Path | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    """What differs from the defaults, as the log may hold it."""
    admins_need_codes: bool = False
    proxy: str = ""
    fetches: bool = False
    provider: Client | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables that were set, for a process that is to have the same settings."""

    @property
    def key_file(self) -> Path:
        """File of the key that signs the log."""
        return self.log_key or self.data / "log.key"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises `SettingError` for one that cannot be used or is not known."""
    known = {setting.name for setting in SETTINGS}
    for name in environment:
        if name.startswith("WELLCITED_") and name not in known:
            raise SettingError(f"{name}: there is no such setting. Known are {', '.join(sorted(known))}.")
    value = {setting.name: environment.get(setting.name) or setting.default for setting in SETTINGS}
    return Settings(
        data=Path(value["WELLCITED_DATA"]).resolve(),
        database_url=value["WELLCITED_DATABASE_URL"] or None,
        site_name=value["WELLCITED_SITE_NAME"],
        contact=value["WELLCITED_CONTACT"] or None,
        model=_model(value["WELLCITED_MODEL"], value["WELLCITED_MODEL_SHA256"]),
        reads=_one_of("WELLCITED_READER", value["WELLCITED_READER"], "off", "on"),
        locale=value["WELLCITED_LOCALE"],
        sites=_sites("WELLCITED_SITES", value["WELLCITED_SITES"]),
        keep_days=_days("WELLCITED_KEEP_DAYS", value["WELLCITED_KEEP_DAYS"]),
        log_key=Path(value["WELLCITED_LOG_KEY"]).resolve() if value["WELLCITED_LOG_KEY"] else None,
        given={
            one.name: "(secret)" if one.secret else environment[one.name]
            for one in SETTINGS
            if environment.get(one.name)
        },
        admins_need_codes=_one_of("WELLCITED_STAFF_CODES", value["WELLCITED_STAFF_CODES"], "optional", "admins"),
        proxy=value["WELLCITED_PROXY"],
        provider=_provider(*(value[f"WELLCITED_OIDC_{one}"] for one in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"))),
        fetches=_one_of("WELLCITED_FETCH", value["WELLCITED_FETCH"], "off", "on"),
        environment={name: environment[name] for name in known if environment.get(name)},
    )


def _provider(issuer: str, client_id: str, client_secret: str) -> Client | None:
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise SettingError(
            "WELLCITED_OIDC_ISSUER: it goes with WELLCITED_OIDC_CLIENT_ID and _CLIENT_SECRET. Set all three, or none."
        )
    if not is_safe(issuer):
        raise SettingError(f"WELLCITED_OIDC_ISSUER: is {issuer}. Write its address, which starts with https://.")
    return Client(issuer, client_id, client_secret)


def _days(name: str, value: str) -> int | None:
    if value == "off":
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= 36_500:
        raise SettingError(f"{name}: is {value}. Write a whole number of days from 1 to 36500, or off.")
    return int(value)


def _sites(name: str, value: str) -> tuple[str, ...]:
    try:
        return sites_of(value)
    except SiteError as error:
        raise SettingError(f"{name}: {error}") from None


def _one_of(name: str, value: str, no: str, yes: str) -> bool:
    if value not in (no, yes):
        raise SettingError(f"{name}: is {value}. Write {yes} or {no}.")
    return value == yes


def _model(folder: str, sha256: str) -> Model:
    if not folder:
        return default_model()
    if not sha256:
        raise SettingError(
            f"WELLCITED_MODEL_SHA256: is empty while WELLCITED_MODEL is {folder}. "
            "Give the SHA-256 of its model.safetensors, so that no other weights are ever loaded."
        )
    return named_model(Path(folder), sha256)
