"""Tables of lanes larger than memory: Parquet in, Parquet out."""
