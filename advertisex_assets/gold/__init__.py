"""Gold: keeps every gold date a pure function of silver: finds what is pending, reads, computes, gates, replaces.

Not here: what the marts compute (`advertisex_assets.transforms.marts`), the orchestrator.
"""
