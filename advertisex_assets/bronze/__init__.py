"""Bronze: lands what was received, byte for byte, exactly once."""
