"""What is true of the data: feeds, column types, rules, codecs and tables, as plain values; no I/O lives here."""
