"""Every setting of the project, typed; the only module that reads the environment and `.env`."""

import os
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import AdvertiseXError

PREFIX = "ADVERTISEX_"

LAKE_SCHEMES = ("file", "s3", "s3a", "gs", "az", "abfs", "abfss")
"""Where delta-rs, Polars and obstore all can read and write."""

PLAIN_SIGNS = "/:@!$&'()*+,;=~"
"""What may stand in a path beside letters, digits and `-._`: delta-rs writes all else as %20 and the like, which Polars
takes for the file's name (tried with polars 2.1)."""


class SettingsError(AdvertiseXError):
    """A setting has a value that cannot be used."""


class Settings(BaseSettings):
    """What can be set, each as `ADVERTISEX_<NAME>` in the environment or in `.env`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    lake: str = Field(
        "lake", validate_default=True, description="The lake: a folder, or an s3://, gs:// or abfss:// URI."
    )
    engine: Literal["polars", "duckdb", "spark"] = Field(
        "polars",
        description="What computes silver and gold: polars, duckdb (where memory is short) or spark (a cluster); "
        "the rows are the same.",
    )
    engine_memory_megabytes: int | None = Field(
        None,
        gt=0,
        description="How much memory DuckDB, or a Spark of this machine, may take; unset: their own default.",
    )
    engine_spill: Path | None = Field(
        None,
        description="A folder where DuckDB, or a Spark of this machine, puts what does not fit in memory; "
        "unset: the system's.",
    )
    spark: str = Field(
        "local[*]", description="Where Spark is: local[N], spark://host:7077, or sc://host:15002 (Spark Connect)."
    )
    landing: str | None = Field(
        None, description="A folder or prefix to watch, with one folder per feed below it."
    )
    settle_seconds: int = Field(
        10, ge=0, description="A watched file is landed once it has been unchanged for this long, in seconds."
    )
    reference: str | None = Field(
        None, description="A folder with campaigns, creatives, advertisers and users files."
    )
    reference_postgresql_uri: SecretStr | None = Field(
        None,
        description="postgresql://... with tables or views of the same names; used instead of the folder.",
    )
    geoip_database: Path | None = Field(
        None, description="A MaxMind database (.mmdb): the country of records that state none."
    )
    data_centre_ranges: Path | None = Field(
        None,
        description="A text file of CIDR blocks, one a line, that replaces the declared data-centre ranges.",
    )
    duplicate_click_seconds: float = Field(
        1.0, ge=0, description="A second click on the same ad within so many seconds is invalid traffic."
    )
    final_after_days: int = Field(
        3, ge=0, description="A day's numbers are published so many days after its end; later changes wait."
    )
    pseudonym_key: SecretStr = Field(
        SecretStr("advertisex-demo-key"),
        description="The key of the HMAC that replaces user ids; change it before real data, keep it secret.",
    )
    kafka_bootstrap_servers: str | None = Field(
        None, description="Kafka brokers, host:port, separated by commas."
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to the brokers."
    )
    kafka_sasl_mechanism: str | None = Field(None, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.")
    kafka_sasl_username: str | None = Field(None, description="The SASL user.")
    kafka_sasl_password: SecretStr | None = Field(None, description="The SASL password.")
    kafka_ssl_ca_location: Path | None = Field(
        None, description="A PEM file with the brokers' certificate authority."
    )
    kafka_group: str = Field(
        "advertisex-lakehouse", description="The consumer group that positions are shown under."
    )
    kafka_batch_rows: int = Field(500_000, gt=0, description="At most so many messages in one landing run.")
    kafka_batch_bytes: int = Field(64 << 20, gt=0, description="At most so many bytes in one landing commit.")
    kafka_landing_runs: int = Field(
        1, gt=0, description="At most so many landing runs of one topic at once, each with its own partitions."
    )
    schema_registry_url: str | None = Field(None, description="A Confluent-compatible schema registry.")
    serving_postgresql_uri: SecretStr | None = Field(
        None, description="postgresql://... of the database that gold is brought to, for BI tools."
    )
    alerts: Path | None = Field(
        None, description="A TOML file with the receivers and routes of alerts; without it nobody is told."
    )
    slowest_reader_hours: int = Field(
        168,
        ge=1,
        description="Hours for which files that tables no longer need stay: what the slowest reader takes.",
    )
    time_travel_hours: int = Field(
        24,
        ge=1,
        description="Hours for which commits stay, so that older versions and changes can be read; "
        "never more than those of the slowest reader.",
    )
    retention_days: dict[str, int] = Field(
        default_factory=dict,
        description='How many days tables and layers keep rows, as JSON: {"bronze.originals": 90, "silver": 400}; '
        "others keep them for ever.",
    )
    dagster_history_days: int = Field(
        14, gt=0, description="Dagster's own runs, events and checks older than this are pruned, in days; "
        "the latest of each asset, partition and check stay."
    )  # fmt: skip
    dagster_url: str = Field(
        "http://127.0.0.1:3000", description="Where the Dagster UI is, for links in alerts."
    )

    @field_validator("lake")
    @classmethod
    def _stands_where_it_can(cls, lake: str) -> str:
        """An unknown scheme would be taken for an empty lake."""
        scheme, separator, _ = lake.partition("://")
        if separator and scheme not in LAKE_SCHEMES:
            raise ValueError(f"{scheme}:// is none of {', '.join(LAKE_SCHEMES)}")
        path = lake if separator else str(Path(lake).absolute())
        if quote(path, safe=PLAIN_SIGNS) != path:
            raise ValueError(f"Polars cannot read Delta tables below {path!r}: it has a space or another such sign")
        return lake

    @property
    def storage_options(self) -> dict[str, str]:
        """Options for the object store; credentials come from the store's own environment variables."""
        return {}


@cache
def settings() -> Settings:
    """The settings of this process; SettingsError says which one is wrong, why and what it may be."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def child_environment(**values: str) -> dict[str, str]:
    """This process's environment for a child process, with settings (lower-case names) and other variables put in.

    Names of settings get the prefix; names in capitals are passed as they are.
    """
    named = {name if name.isupper() else f"{PREFIX}{name.upper()}": value for name, value in values.items()}
    return dict(os.environ) | named


def _sentence(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else "?"
        field = Settings.model_fields.get(name)
        means = f" It means: {field.description}" if field else ""
        shown = "(hidden)" if field and "Secret" in str(field.annotation) else problem.get("input")
        lines.append(f"{PREFIX}{name.upper()}={shown!r} cannot be used: {problem['msg']}.{means}")
    return "\n".join(lines)
