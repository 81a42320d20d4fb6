"""The plan of a paper, figures.yml: notebook, parameters and expected results of each job.

jobs:
  - name: cost_curve                              the folder out/cost_curve
    notebook: ../../notebooks/01_newsvendor.ipynb relative to figures.yml
    parameters: {samples: 200000}                 those that differ from the notebook's own
    reading: {negative: returns}                  how the file of its parameter history is read
    yields:
      figures: [cost_curve]                       cost_curve.svg, .pdf and .png
      results: [critical_ratio]                   names in the job's results.json
  - name: surcharges                              a sweep: a job for each point of its grid
    notebook: ../../notebooks/03_cooperation.ipynb
    grid:
      lane: [BER-MUC, HAM-ROT]                    out/surcharges/lane=BER-MUC,partner_surcharge=5.0, and so on
      partner_surcharge: {from: 5, to: 40, count: 8}
    seeds: 30                                     each point with 30 seeds; mean and interval of each result
    keep: results                                 results.json alone: no executed notebook, no figures
  - name: bands                                   a figure of the results of other jobs
    notebook: bands.ipynb
    reads: [surcharges]                           their table is the file that the parameter results_file names
    yields: {figures: [bands]}
"""

from pathlib import Path

from twin.batch.job import Job
from twin.batch.plan_entry import jobs_of
from twin.batch.reads import stages
from twin.data.text import visible

LONGEST_COMPLAINT = 500  # longest part of an error that quotes the plan [character]
OURS = ("logs",)  # reserved folders of out/, which no job may be called


def read_plan(paper: str | Path) -> list[Job]:
    """Return the jobs of figures.yml in a paper's folder; raise ValueError if the plan breaks a rule."""
    from twin.batch.plan_yaml import load_yaml  # imports a package that only plans need

    path = Path(paper) / "figures.yml"
    if not path.is_file():
        raise ValueError(f"{path} is missing; a paper's folder has a figures.yml that names its jobs")
    plan = load_yaml(path)
    entries = plan.get("jobs") if isinstance(plan, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} must have a list named jobs with at least one job; got {visible(repr(plan))}")
    jobs, names = [], set()
    for number, entry in enumerate(entries, start=1):
        try:
            jobs += jobs_of(entry, Path(paper))
        except ValueError as error:
            label = entry.get("name", number) if isinstance(entry, dict) else number
            raise ValueError(f"{path}, job {visible(str(label))}: {visible(str(error), LONGEST_COMPLAINT)}") from None
        name = entry["name"].casefold()  # some file systems ignore case
        if name in names or name in OURS:
            raise ValueError(f"{path}: names of jobs must differ from each other and {OURS}; got {entry['name']} again")
        names.add(name)
    try:
        list(stages(jobs))
    except ValueError as error:
        raise ValueError(f"{path}, {visible(str(error), LONGEST_COMPLAINT)}") from None
    return jobs
