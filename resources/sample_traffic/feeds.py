"""The feeds that the generator speaks, by name."""

from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.wire_bid_requests import BID_REQUEST_FEED
from resources.sample_traffic.wire_clicks import CLICK_FEED
from resources.sample_traffic.wire_impressions import IMPRESSION_FEED

FEEDS: dict[str, WireFeed] = {feed.name: feed for feed in (IMPRESSION_FEED, CLICK_FEED, BID_REQUEST_FEED)}
