"""How alerts leave: one thin module per vendor's event format, Apprise for all else, and who is told what."""
