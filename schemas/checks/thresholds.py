"""Thresholds of the statistical checks, each with its reason. They warn; nothing here ever blocks a commit."""

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

BUCKET_US = 15 * MINUTE_US
"""Activity is counted in quarters of an hour: every time zone's hours are whole multiples of it."""

WINDOWS_US = (BUCKET_US, HOUR_US, 3 * HOUR_US, 6 * HOUR_US, 12 * HOUR_US, DAY_US)
"""A dead feed shows in minutes, a small shift in a small campaign only over a day: each length finds its own."""

HISTORY_DAYS = 28
"""Four weeks: four values for each hour of the week, and campaigns rarely stay the same for longer."""

LEVEL_DAYS = 7
"""The usual level is that of the last week: budgets and campaigns move it from week to week."""

WARM_UP_DAYS = 3
"""The median of fewer days is not robust against a single bad one."""

SEASON_WEEKS = 3
"""Weekdays are told apart for sure once each was seen beside the others this often: one bad week is outvoted."""

LOWEST_SCORE = 4.5
"""In standard deviations. About 10^5 overlapping tests a week on a hundred series: 4 would cry wolf weekly."""

LOWEST_SEGMENT_SCORE = 5.1
"""There are a hundred campaigns and sites for each feed, so that chance has a hundred times as many tries."""

LOWEST_EXPECTED = 5.0
"""Fewer expected events cannot be missed for certain."""

LOWEST_OBSERVED = 30.0
"""Where next to nothing is expected, fewer events are too few for anybody to act upon."""

LOWEST_EXPECTED_SEASONAL = 100
"""A rate is compared with the same hours of other days once they hold so many events; else with whole days."""

LOWEST_HISTORY = 30
LOWEST_HISTORY_DAYS = 2
"""A rate with fewer events or days in its history is no usual rate: that of its neighbours stands in."""

TELLING_DEVIATIONS = 2.5
"""A fault that goes on looks over by chance once in a hundred looks at most."""

UNSEEN_EVENTS = 3.0
"""What never happened in n trials may have a rate of 3/n (95 %): what is too rare to have a median is given that."""

LOWEST_TRIALS = 500
"""In fewer trials a rare event's absence says nothing."""

LEVEL_SPREAD = 0.04
"""Even a calm feed's hours differ by so much from day to day."""

RATE_SPREAD = 0.10
"""Audiences and creatives move rates of a campaign by so much from day to day."""

NEIGHBOUR_SPREAD = 0.5
"""Campaigns differ from one another by a factor of about two (log scale)."""

MEAN_SPREAD = 0.08
"""Mean prices of a campaign move by so much within a day as auctions do."""

LOWEST_ROWS_OF_MEAN = 20
"""A mean of fewer prices is moved by single ones."""
