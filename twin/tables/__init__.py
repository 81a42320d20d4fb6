"""Assess tables of lanes that are larger than memory, from Parquet to Parquet."""
