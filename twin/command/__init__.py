"""The commands of python -m twin: options in, words and an exit code out."""
