"""Notebooks as batch jobs, and papers from their results.

plan          reads figures.yml: the notebook, the parameters and the expected results of each job
plan_entry    checks an entry of figures.yml and lists its jobs; job is the class of a job
grid          lists the points of a sweep; parameters reads the parameters that a notebook accepts
seeds         lists the seeds of a job, and computes mean and interval over its runs
reads         orders jobs that read the results of others, and makes the tables that they read
provenance    records every input that determines the result of a job; digest hashes it
jobs          runs the jobs whose inputs have changed, on any executor; log records each run
notebook      runs one notebook; job_kernel starts its kernel, normal_form makes two runs equal byte for byte
paper         compares results with expected.csv (expected), collects them in a table (summary), typesets the paper
verify        finds results that differ from what their inputs give; seal records the files of a finished job
contents      generates the table of contents and the links between notebooks; cards the data of their pages
binder        builds the addresses at which Binder opens a page
"""
