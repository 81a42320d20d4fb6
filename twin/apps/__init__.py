"""The servers and kernels behind the notebooks and dashboards."""
