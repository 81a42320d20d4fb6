"""Flow histories of lanes.

history : files in; account : what was read and refused; statistics : one row a lane;
scenarios : synthetic lanes; ledger : flows kept in a database.
"""
