"""Cooperative cost games: the cost of each coalition, rules of cost allocation, and stability."""
