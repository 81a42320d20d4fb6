"""The commands of twin: each adds its options and runs with them."""
