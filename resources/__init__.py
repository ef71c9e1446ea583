"""How we touch the world: the lake, Kafka, files, settings, alerts; no business rule lives here."""
