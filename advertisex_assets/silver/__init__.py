"""Silver: keeps `silver[D]` a pure function of the bronze rows routed to D, incrementally where that is exact."""
