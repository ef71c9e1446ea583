"""Explain: one number of a mart taken apart, and counted again from the bytes of bronze by a program of its own."""
