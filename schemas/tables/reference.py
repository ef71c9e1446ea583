"""Reference: what advertisers, campaigns, creatives and users were, and when (slowly changing dimensions, type 2).

A row holds during [valid_from, valid_to); a missing end is open. What each key was at one instant is at most one row.
Not here: how the tables are loaded (`advertisex_assets/reference`) or joined (`transforms/enrich`).
"""

import polars as pl

from schemas.tables.table import UTC_MICROS, Table, TableColumn

VALIDITY = (
    TableColumn("valid_from", UTC_MICROS, "From when the row holds, inclusive; null: since ever."),
    TableColumn("valid_to", UTC_MICROS, "Until when the row holds, exclusive; null: it still does."),
)

WINDOWS = (
    TableColumn(
        "click_window_days", pl.Int64(), "How long a click can earn a conversion; null: the default.", "days"
    ),
    TableColumn(
        "view_window_days", pl.Int64(), "How long a view can earn a conversion; null: the default.", "days"
    ),
)


def _reference(name: str, description: str, columns: tuple[TableColumn, ...]) -> Table:
    """A reference table; its first column is the key."""
    return Table(
        layer="reference",
        name=name,
        description=description,
        columns=(*columns, *VALIDITY),
        grain=f"one {columns[0].name} and the time in which the row holds",
        grain_columns=(columns[0].name, "valid_from"),
        statistics_columns=("valid_from", "valid_to"),
    )


ADVERTISERS = _reference(
    "advertisers",
    "Who pays for campaigns.",
    (
        TableColumn("advertiser_id", pl.String(), "The advertiser."),
        TableColumn("name", pl.String(), "What people call it."),
        TableColumn("reporting_zone", pl.String(), "The IANA time zone of its days; null: UTC."),
        TableColumn("currency", pl.String(), "The ISO 4217 currency it is billed in."),
        *WINDOWS,
    ),
)

CAMPAIGNS = _reference(
    "campaigns",
    "What advertisers book.",
    (
        TableColumn("campaign_id", pl.String(), "The campaign."),
        TableColumn("advertiser_id", pl.String(), "Whose it is."),
        TableColumn("name", pl.String(), "What people call it."),
        TableColumn("currency", pl.String(), "The ISO 4217 currency of its budget."),
        TableColumn("budget_micros", pl.Int64(), "What it may spend in all.", "micros"),
        TableColumn("starts_on", pl.Date(), "Its first day in the advertiser's reporting zone."),
        TableColumn("ends_on", pl.Date(), "Its last day in the advertiser's reporting zone."),
        *WINDOWS,
    ),
)

CREATIVES = _reference(
    "creatives",
    "What campaigns show.",
    (
        TableColumn("creative_id", pl.String(), "The creative."),
        TableColumn("campaign_id", pl.String(), "The campaign that shows it."),
        TableColumn("name", pl.String(), "What people call it."),
        TableColumn("format", pl.String(), "Banner, video, native, ..."),
    ),
)

USERS = _reference(
    "users",
    "What is known of users, under the same pseudonyms as in silver.",
    (
        TableColumn("user_id", pl.String(), "The user's pseudonym; files and databases hold the plain id."),
        TableColumn("segment", pl.String(), "The audience segment."),
        TableColumn("country", pl.String(), "The ISO 3166 alpha-2 country."),
    ),
)

EXCHANGE_RATES = _reference(
    "exchange_rates",
    "What a unit of each currency is worth in the one that gold reports in, day by day.",
    (
        TableColumn("currency", pl.String(), "The ISO 4217 currency that amounts come in."),
        TableColumn("reporting_currency", pl.String(), "The one that gold reports in: the same in every row."),
        TableColumn("rate", pl.Decimal(18, 9), "Units of the reporting currency per unit of the other."),
    ),
)

REFERENCE_TABLES = (ADVERTISERS, CAMPAIGNS, CREATIVES, USERS, EXCHANGE_RATES)

REQUIRED = {
    ADVERTISERS.name: ("advertiser_id",),
    CAMPAIGNS.name: ("campaign_id", "advertiser_id"),
    CREATIVES.name: ("creative_id", "campaign_id"),
    USERS.name: ("user_id",),
    EXCHANGE_RATES.name: ("currency", "reporting_currency", "rate"),
}
"""Columns that every row must fill; the first is the key. All others may be missing."""
