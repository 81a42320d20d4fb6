"""The ledger: flow records in SQLite or PostgreSQL."""
