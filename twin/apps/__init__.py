"""Servers and kernels that run the notebooks and dashboards."""
