"""CSV files: bytes to rows, with a reason for each refused row."""
