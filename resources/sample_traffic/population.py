"""People and bots: what is true of a user whenever they appear, computed from the user's number alone.

Nothing is kept per user, so a billion users need no memory. Not here: what users do.
"""

from collections.abc import Sequence

import polars as pl

from resources.sample_traffic.draws import Draws, mixed, mixed_uniform, pick

FIRST_USER_ID = 100_000
HEAVY_SHARE = 0.1
"""This share of the users makes HEAVY_TRAFFIC of the traffic."""
HEAVY_TRAFFIC = 0.3
BOTS = 5
INTERESTS = 2
"""Campaigns that aim at a user; most of what the user sees is theirs."""

COUNTRIES = ("US", "DE", "GB", "IN", "FR", "BR", "JP", "CA")
COUNTRY_WEIGHTS = [38, 14, 12, 12, 8, 6, 5, 5]
DEVICES = ("mobile", "desktop", "tablet", "ctv")
DEVICE_WEIGHTS = [55, 33, 8, 4]

USER_AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 15; SM-X716B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
)
"""One per device, in the order of DEVICES."""

BOT_USER_AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "python-requests/2.32.3",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36",
    "curl/8.9.1",
)

PLACEHOLDERS = ("", "0", "null", "00000000-0000-0000-0000-000000000000")
"""What trackers send for nobody."""
PLACEHOLDER_RATE = 0.02


def draw_users(draws: Draws, name: str, count: int, users: int) -> pl.Series:
    """Int64 numbers of the users behind `count` events: everybody, and some more often."""
    heavy = max(1, round(users * HEAVY_SHARE))
    crowd = (draws.uniform(f"{name}/who", count) * users).cast(pl.Int64)
    regulars = (draws.uniform(f"{name}/regular", count) * heavy).cast(pl.Int64)
    return pl.DataFrame(
        {"c": crowd, "r": regulars, "h": draws.chance(f"{name}/heavy", count, HEAVY_TRAFFIC)}
    ).select(user=pl.when("h").then("r").otherwise("c"))["user"]


def interests(user: pl.Series, which: pl.Series, weights: Sequence[float]) -> pl.Series:
    """UInt32 index of one of the campaigns that aim at each user; `which` chooses among them."""
    seeds = pl.DataFrame({"user": user, "which": which}).select(
        u=mixed_uniform(pl.col("user") * INTERESTS + pl.col("which"), salt=1)
    )["u"]
    return pick(seeds, weights)


def with_devices(frame: pl.DataFrame, users: int) -> pl.DataFrame:
    """Add country, device, user_agent and ip to rows with `user`; users from `users` on are bots."""
    user, bot = pl.col("user"), pl.col("user") >= users
    device = pick(frame.select(u=mixed_uniform(user, salt=2))["u"], DEVICE_WEIGHTS)
    country = pick(frame.select(u=mixed_uniform(user, salt=3))["u"], COUNTRY_WEIGHTS)
    address = mixed(user, salt=4)
    bot_agents = pl.Series(BOT_USER_AGENTS).gather((frame["user"] - users).clip(0) % BOTS)
    return frame.with_columns(
        country=pl.Series(COUNTRIES).gather(country),
        device=pl.Series(DEVICES).gather(device),
        user_agent=pl.when(bot).then(bot_agents).otherwise(pl.Series(USER_AGENTS).gather(device)),
        ip=pl.concat_str(
            # Bots sit in one small network, as if rented by the hour.
            pl.when(bot).then(pl.lit("198.18.7")).otherwise(_prefix(address)),
            pl.lit("."),
            address % 254 + 1,
        ),
    )


def _prefix(address: pl.Expr) -> pl.Expr:
    """The first three octets, in ranges that ISPs really use."""
    octets = [address // 256 % 90 + 20, address // 65_536 % 256, address // 2**24 % 256]
    return pl.concat_str(*octets, separator=".")


def user_ids(user: pl.Expr) -> pl.Expr:
    """The id that all feeds know a user by."""
    return (user + FIRST_USER_ID).cast(pl.String)
