"""One file per source of events; each defines `FEED`. A new file here is a new feed, and nothing else is needed."""
