"""Reading CSV files: from bytes to rows, with a reason for every row that is refused."""
