"""From a request to its evidence, and to the offline analyst's sentences on it."""

import re

from twin.analyst import facts, offline
from twin.analyst.english import WORDS
from twin.analyst.evidence import Evidence
from twin.analyst.story import Story
from twin.data.text import visible
from twin.demand import DAYS_PER_PERIOD
from twin.plan.lane_report import RISK_LEVEL
from twin.plan.portfolio import INPUTS, LONGEST_HORIZON
from twin.plan.wording import label

CAPACITY = {"capacity", "sharing", "resilience", "outlook", "network", "overview"}  # kinds that rest on own capacity
INTERVAL = 0.95  # probability of the forecast's interval [-]


def gather(request, portfolio, names, evidence=None):
    """Return (evidence, sentences, remarks): what a request needs to know, and what the offline analyst says.

    evidence : where a model has gathered some already.
    """
    evidence = evidence or Evidence(portfolio.feed.period)
    evidence.add("twin", "risk_share", 1.0 - RISK_LEVEL)
    evidence.add("twin", "interval_level", INTERVAL)
    if request.kind not in offline.STORIES:
        refused = offline.UNCLEAR if request.unclear else offline.UNKNOWN_LANE if request.unknown else offline.NOTHING
        more = [WORDS["said"]["inputs"] if request.lanes else WORDS["said"]["help"][0]] if request.unclear else []
        return evidence, [refused, *more], []
    said, remarks = [], []
    alone = request.kind == "what_if"  # a story for each lane; others tell of all in one
    for lanes in [(lane,) for lane in request.lanes] if alone else [request.lanes]:
        try:
            keys = _known(evidence, portfolio, names, lanes)
            how, more = _needed(request, portfolio, names, evidence, lanes, keys)
        except ValueError as error:
            return evidence, [offline.IMPOSSIBLE], [f"The reason: {_plain_words(error)}."]
        story = Story(evidence, keys[0] if keys else "network")
        offline.STORIES[request.kind](story, **how)
        said += story.sentences
        remarks += more
    return evidence, said, [*request.notes, *remarks, *_assumed(request, portfolio)]


def _known(evidence, portfolio, names, lanes):
    """Add what is known of lanes; return their keys."""
    keys = [names.key(lane) for lane in lanes]
    for lane, key in zip(lanes, keys, strict=True):
        if key not in evidence.lanes:
            facts.lane_facts(evidence, portfolio, lane, key)
    return keys


def _assumed(request, portfolio):
    """Sentences on what an answer rests on that nobody has stated, or that has been changed."""
    said = []
    if request.kind in CAPACITY:
        said += [f"Assumed: {note}." for note in portfolio.assumptions if note.startswith(label("internal_capacity"))]
    changed = [lane for lane in request.lanes or portfolio.changed if lane in portfolio.changed]
    if changed:
        lanes = ", ".join(visible(lane, 40) for lane in changed[:3]) + (", ..." if len(changed) > 3 else "")
        said.append(f"Answered as the controls stand, which have been changed for {lanes}.")
    return said


def _plain_words(error):
    """An error of the formulas with names of inputs in words, and numbers of four digits."""
    text = re.sub("|".join(INPUTS), lambda name: label(name[0]), str(error))
    return re.sub(r"-?\d+\.\d{5,}", lambda number: f"{float(number[0]):.4g}", text)


def _needed(request, portfolio, names, evidence, lanes, keys):
    """Add what a kind of question needs beyond its lanes; return the arguments of its story, and remarks."""
    lane, key = (lanes[0], keys[0]) if keys else ("", "")
    if request.kind == "what_if":
        other = facts.what_if(evidence, portfolio, lane, key, request.changes)
        return {"other": other, "small": request.small}, ()
    if request.kind == "service_point":
        _, policy = portfolio.inputs(lane)
        changes = request.changes or (facts.one_point_more(policy.service_level),)
        base = changes[:1] if len(changes) > 1 else ()
        return {"more": facts.what_if(evidence, portfolio, lane, key, changes, base=base)}, ()
    if request.kind == "sharing":
        return {"more": facts.what_if(evidence, portfolio, lane, key, (facts.MORE_SPACE,))}, ()
    if request.kind == "outlook" and request.days:
        periods, farthest = (
            request.days / DAYS_PER_PERIOD[portfolio.feed.period],
            LONGEST_HORIZON[portfolio.feed.period],
        )
        remarks = ["A forecast does not reach as far as asked; it goes as far as it can."] if periods > farthest else []
        if periods < 0.9:
            remarks.append("A period of this history is longer than what was asked for.")
        periods = min(max(1, round(periods)), farthest)
        return {"ahead": facts.outlook(evidence, portfolio, lane, key, periods)}, remarks
    if request.kind == "compare":
        facts.gap(evidence, *keys[:2])
        remarks = ("Two lanes are compared at a time, the first ones named.",) if len(keys) > 2 else ()
        return {"second": keys[1], "measure": request.measure}, remarks
    if request.kind == "network":
        ranked = facts.network(evidence, portfolio, names.key, request.measure, largest=request.largest)
        return {"keys": ranked, "measure": request.measure, "largest": request.largest}, ()
    return ({"measure": request.measure} if request.kind == "value" else {}), ()
