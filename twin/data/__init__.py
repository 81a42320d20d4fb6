"""Flow histories of lanes: loading, cleaning, statistics and storage.

load        returns a history from a file, the ledger, a record, or the synthetic research lanes (scenarios)
records     has the real records that come with the package, each with source, licence and statement
files       reads CSV files; account lists the rows that were read and refused, and why
settle      sums repeated rows and periods into a history
statistics  summarises a history, one row per lane
ledger      keeps flows in a database
"""
