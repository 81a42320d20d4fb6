"""Unset fields are filled in alike: every interface gives equal numbers for a real file, and states equal assumptions.

The interfaces are the table report (`assess`), tables of lanes in Parquet, the hub, the portfolio and the facts of the
analyst.
"""

import re

import numpy as np
import pandas as pd
import pytest
from test_real_data import CASES, read_once, real_data

from twin.__main__ import main
from twin.analyst.evidence import Evidence
from twin.analyst.facts import lane_facts
from twin.answers import ANSWERS
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import portfolio_of
from twin.plan.table_report import assess_history
from twin.policy import POLICY
from twin.view.hub.session import Session

FIELDS = {"internal_capacity": 50.0, "service_level": 0.97, "dwell": 2.0}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.file)
def history(request):
    return read_once(real_data() / request.param.file)


def policies_of(lanes, share):
    """Return policies stated for a share of the lanes, one field after the other; None for a share of nothing."""
    if not share:
        return None
    table = pd.DataFrame(np.nan, index=lanes, columns=list(FIELDS))
    for place, value in enumerate(FIELDS.values()):
        table.iloc[place :: round(len(FIELDS) / share), place] = value
    return table


@pytest.mark.parametrize("share", [0, 0.5])
def test_every_interface_gives_the_same_numbers_and_says_the_same_assumptions(history, share, tmp_path, capsys):
    feed = feed_of_history(history)
    policies = policies_of(feed.statistics.index, share)
    report = assess_history(history, None, policies)
    portfolio, session = portfolio_of(feed, policies), Session(feed, policies)
    assert report.assumptions == portfolio.assumptions == session.assumptions
    assert len(report.assumptions) >= 3

    network, hub = portfolio.network(), session.network()
    for name in (*POLICY, *ANSWERS):
        np.testing.assert_array_equal(network[name], report.table[name], err_msg=name)
        np.testing.assert_array_equal(hub[name], report.table[name], err_msg=name)

    lane = session.lane
    evidence = Evidence(history.period)
    lane_facts(evidence, portfolio, lane, "lane1")
    numbers = session.numbers()
    for name in ANSWERS:
        assert numbers[name] == evidence.value(f"lane1.{name}") == report.table.loc[lane, name], name

    answers, said = of_parquet(feed.statistics, policies, history.period, tmp_path, capsys)
    for name in ANSWERS:
        np.testing.assert_array_equal(answers[name], report.table[name], err_msg=name)
    ours = {words for words in report.assumptions if not words.startswith("return rate")}
    assert ours <= said, ours - said


def of_parquet(statistics, policies, period, folder, capsys):
    """Return the answers of a table of lanes in Parquet, and the assumptions that the command prints."""
    columns = statistics[[name for name in ("demand_mean", "demand_sd", "return_rate") if name in statistics]]
    table = columns if policies is None else columns.join(policies)
    table.reset_index(names="lane").to_parquet(folder / "lanes.parquet")
    command = ["assess", str(folder / "lanes.parquet"), "--to", str(folder / "answers"), "--period", period]
    assert main(command) == 0
    lines = re.sub(r"\n {11}", " ", capsys.readouterr().err).splitlines()  # wrapped lines joined
    said = {line.removeprefix("  assumed  ") for line in lines}
    found = pd.read_parquet(folder / "answers").set_index("lane")
    return found.reindex(statistics.index), said
