"""Auctions: what a bid request says of its auction, and what it said for a later event.

Not here: what is counted (`funnel`), how an earlier event is found (`lookup`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.lookup import look_up

UNKNOWN = "(unknown)"
"""A dimension of an event whose bid request was not found, or did not tell."""
OPEN_AUCTION = "(open)"
"""Deal of a request without private deal."""

DIMENSIONS = ("exchange", "deal_id", "website", "device", "floor_band")
OF_REQUEST = (*DIMENSIONS, "request_at", "floor_micros", "floor_currency")
"""What later events take from their bid request."""

MICROS = 1_000_000
FLOOR_BANDS = (
    (500_000, "under 0.5"),
    (1 * MICROS, "0.5 to 1"),
    (2 * MICROS, "1 to 2"),
    (5 * MICROS, "2 to 5"),
)
"""Upper ends (micros CPM, exclusive) and names: display floors crowd below 1, video and deals above 5."""
HIGHEST_BAND = "5 and more"
NO_FLOOR = "none"


def described(bid_requests: Frame) -> Frame:
    """Bid requests with DIMENSIONS filled; test traffic is left out, since it is billed to nobody."""
    real = bid_requests.filter(~nw.col("is_test").fill_null(False))
    told = [nw.col(name).fill_null(UNKNOWN) for name in ("exchange", "website", "device")]
    return real.with_columns(
        *told, nw.col("deal_id").fill_null(OPEN_AUCTION), _floor_band().alias("floor_band")
    )


def with_auction(events: Frame, requests: Frame) -> Frame:
    """Events (with auction_id) and OF_REQUEST of the request of their auction; requests as `described` makes them."""
    named = requests.with_columns(request_at=nw.col("event_at"), floor_currency=nw.col("currency"))
    return filled(look_up(events, named, "auction_id", OF_REQUEST))


def filled(events: Frame) -> Frame:
    """Events with UNKNOWN in the dimensions that nothing told."""
    return events.with_columns(nw.col(name).fill_null(UNKNOWN) for name in DIMENSIONS)


def _floor_band() -> nw.Expr:
    floor = nw.col("floor_micros")
    band = nw.lit(HIGHEST_BAND)
    for below, name in reversed(FLOOR_BANDS):
        band = nw.when(floor < below).then(nw.lit(name)).otherwise(band)
    return nw.when(floor.is_null() | (floor == 0)).then(nw.lit(NO_FLOOR)).otherwise(band)
