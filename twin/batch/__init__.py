"""Notebooks as batch jobs, and papers from their results.

plan        reads figures.yml: which notebook, which parameters, what each job yields; grid has the points of a sweep,
            parameters what a notebook can be told
provenance  says what decides the result of a job; digest says it in a few letters
jobs        runs the jobs whose inputs changed, on any executor; pool waits for them, log tells of each
notebook    runs one notebook; kernel is what it runs in, normal_form what is kept of it: two runs, the same bytes
cluster     is an executor on other machines
paper       compares results with expected.csv (expected), gathers them in one table (summary) and typesets the paper
verify      finds what is not as its inputs make it; seal closes a finished folder and tells whether it still is
alone       lets one run at a time into a folder
contents    generates the table of contents and the links between notebooks; apps what the pages show of each
binder      makes the addresses at which Binder opens a page
"""
