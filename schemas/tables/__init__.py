"""Every table of the lake as data: its name, columns with meaning and unit, partitioning and settings."""
