"""The ledger: flow records kept in SQLite or PostgreSQL."""
