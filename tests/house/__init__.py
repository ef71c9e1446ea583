"""The rules of the house, as tests: who may import what, how modules look, where Dagster finds the code.

What the code does is tested elsewhere.
"""
