"""Cooperative cost games: the cost of each coalition, rules of cost allocation, and stability.

Labels in, labels out: if needs are a DataFrame (a row for each period, a column for each partner), results for partners
are a Series with the names of the partners, and results for periods a Series on the index of the needs.
"""
