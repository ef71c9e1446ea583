"""How a run's events divide among kinds: the shares that make `TrafficConfig.events` come out about right."""

AUCTION_SHARE = 0.55
"""Bid requests among all records."""

WIN_RATE = 0.42
"""Auctions won. Real bidders win far less; this keeps small samples rich in impressions."""

VISIT_SHARE = 0.21
"""Engagements on advertisers' sites among all records."""

FLOODS_PER_BOT_RATE = 0.4
"""Clicks of bots that come in bursts, among all records, per `bot_rate`."""

IMPRESSION_SHARE = AUCTION_SHARE * WIN_RATE
