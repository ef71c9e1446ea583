"""When work begins: sensors that look at the Delta log and at the sources, and ask for runs. No work is done here."""
