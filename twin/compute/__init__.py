"""Executors for tasks (processes of this machine, or a Dask cluster), and a lock on a folder."""
