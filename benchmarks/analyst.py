"""Time of the offline analyst's answers, against their computations alone, and for 3,000 lanes against three."""

from measure import at_most, seconds

from twin.analyst.conversation import Conversation
from twin.analyst.facts import what_if
from twin.analyst.gathering import gather
from twin.analyst.naming import Names
from twin.analyst.online import LONGEST_ANSWER, Reader
from twin.analyst.questions import Request
from twin.data.scenarios import network
from twin.plan import lane_report
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import Change, portfolio_of, research_portfolio

CHANGE = (Change("return_rate", "times", 2.0),)
SENTENCE = "Profit of {{lane1}} is {{lane1.profit}}, its buffer {{lane1.safety_stock}}, and it doubled to $99 a day. "


def measure_answers():
    portfolio = research_portfolio()
    lane = portfolio.policies.index[0]

    def answer():
        Conversation().ask("what if returns double?", portfolio, lane)

    def numbers():  # evaluate the lane twice as it is and once with the change, as the answer does
        for changes in ((), (), CHANGE):
            moments, policy = portfolio.inputs(lane, changes)
            lane_report.evaluate(moments, policy, portfolio.feed.series(lane)[1])

    ours, baseline = seconds(answer, numbers, rounds=25)
    yield at_most("an answer, what if returns double", ours, baseline, 3, baseline_note=" its numbers alone")


def measure_many_lanes():
    few, many = research_portfolio(), portfolio_of(feed_of_history(network(lanes=3_000, periods=60)))

    def asked(portfolio):
        lane = portfolio.policies.index[0]
        return lambda: Conversation().ask("which lanes need attention?", portfolio, lane)

    ours, baseline = seconds(asked(many), asked(few), rounds=15)
    yield at_most("which of 3,000 lanes need attention", ours, baseline, 100, baseline_note=" of 3 lanes")


def measure_checking():
    portfolio = research_portfolio()
    lane = portfolio.policies.index[0]
    evidence, _, _ = gather(Request("volatility", (lane,)), portfolio, Names())
    speech = (SENTENCE * LONGEST_ANSWER)[:LONGEST_ANSWER]

    def check():
        reader = Reader(evidence, [], lambda sentences: None)
        reader.take(speech)
        reader.end()

    def numbers():
        what_if(evidence, portfolio, lane, "lane1", CHANGE)

    ours, baseline = seconds(check, numbers, rounds=15)
    yield at_most("the longest answer of a model, checked", ours, baseline, 20, baseline_note=" one what-if")


MEASUREMENTS = (measure_answers, measure_many_lanes, measure_checking)
