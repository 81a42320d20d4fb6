"""Notebooks as batch jobs, and papers from their results.

plan        reads figures.yml: which notebook, which parameters, what each job yields; grid has the points of a sweep
provenance  says what decides the result of a job; digest says it in a few letters
jobs        runs the jobs whose inputs changed, on any executor; pool waits for them, log tells of each
notebook    runs one notebook and gives it its normal form: two runs, the same bytes; kernel is what it runs in
cluster     is an executor on other machines
paper       compares results with expected.csv (expected), gathers them in one table (summary) and typesets the paper
verify      finds what is not as its inputs make it
contents    generates the table of contents and the links between notebooks; apps what the pages show of each
"""
