"""The commands of python -m twin: each adds its options and runs with them."""
