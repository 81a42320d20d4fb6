"""Cooperation as a game: the cost of each coalition, rules of sharing it, and stability."""
