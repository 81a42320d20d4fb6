"""Notebooks as batch jobs, and papers from their results.

notebook  runs one notebook and gives it its normal form: two runs, the same bytes
plan      reads figures.yml: which notebook, which parameters, what each job yields
jobs      runs the jobs whose inputs changed, in parallel
paper     compares the results with expected.csv and typesets the paper
contents  generates the table of contents and the links between notebooks
binder    makes the addresses at which Binder opens a page
"""
