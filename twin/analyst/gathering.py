"""Gather the evidence for a request, and let the offline analyst tell its story."""

import re

from twin.analyst import facts, offline
from twin.analyst.english import WORDS
from twin.analyst.evidence import Evidence
from twin.analyst.naming import Names
from twin.analyst.questions import Request
from twin.analyst.story import Story
from twin.data.text import visible
from twin.plan.lane_report import RISK_LEVEL
from twin.plan.portfolio import INPUTS, LONGEST_HORIZON, Portfolio
from twin.plan.wording import label

CAPACITY = {"capacity", "sharing", "resilience", "outlook", "network", "overview"}  # kinds that depend on own capacity
INTERVAL = 0.95  # probability of the forecast's interval [-]


def gather(
    request: Request, portfolio: Portfolio, names: Names, evidence: Evidence | None = None
) -> tuple[Evidence, list[str], list[str]]:
    """Return (evidence, sentences, remarks) for a request: its facts, and the offline story with placeholders.

    evidence : evidence to add the facts to; by default a new one.
    """
    evidence = evidence or Evidence(portfolio.feed.period)
    evidence.add("twin", "risk_share", 1.0 - RISK_LEVEL)
    evidence.add("twin", "interval_level", INTERVAL)
    if request.kind not in offline.STORIES:
        refused = offline.UNCLEAR if request.unclear else offline.UNKNOWN_LANE if request.unknown else offline.NOTHING
        more = [WORDS["said"]["inputs"] if request.lanes else WORDS["said"]["help"][0]] if request.unclear else []
        return evidence, [refused, *more], []
    said, remarks = [], []
    alone = request.kind == "what_if"  # one story for each lane; other kinds have one story for all lanes
    for lanes in [(lane,) for lane in request.lanes] if alone else [request.lanes]:
        try:
            keys = _known(evidence, portfolio, names, lanes)
            how, more = _needed(request, portfolio, names, evidence, lanes, keys)
        except ValueError as error:
            return evidence, [offline.IMPOSSIBLE], [f"The reason: {_plain_words(error)}."]
        story = Story(evidence, keys[0] if keys and request.kind != "network" else "network")
        offline.STORIES[request.kind](story, **how)
        said += story.sentences
        remarks += more
    return evidence, said, [*request.notes, *remarks, *_assumed(request, portfolio)]


def _known(evidence, portfolio, names, lanes):
    """Add the facts about lanes, and return the keys of the lanes."""
    keys = [names.key(lane) for lane in lanes]
    for lane, key in zip(lanes, keys, strict=True):
        if key not in evidence.lanes:
            facts.lane_facts(evidence, portfolio, lane, key)
    return keys


def _assumed(request, portfolio):
    """Return sentences on assumptions behind an answer, and on lanes whose controls have been changed."""
    said = []
    if request.kind in CAPACITY:
        said += [f"Assumed: {note}." for note in portfolio.assumptions if note.startswith(label("internal_capacity"))]
    changed = [lane for lane in request.lanes or portfolio.changed if lane in portfolio.changed]
    if changed:
        lanes = ", ".join(visible(lane, 40) for lane in changed[:3]) + (", ..." if len(changed) > 3 else "")
        said.append(f"The answer uses the current controls, which have been changed for {lanes}.")
    return said


def _plain_words(error):
    """Return the text of an error with names of inputs in words, and long numbers rounded to four digits."""
    text = re.sub("|".join(INPUTS), lambda name: label(name[0]), str(error))
    return re.sub(r"-?\d+\.\d{5,}", lambda number: f"{float(number[0]):.4g}", text)


def _needed(request, portfolio, names, evidence, lanes, keys):
    """Add the further facts that a kind of question needs; return (arguments of its story, remarks)."""
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
            request.days / portfolio.feed.calendar.days_per_period,
            LONGEST_HORIZON[portfolio.feed.period],
        )
        remarks = ["The forecast ends before the time you asked for."] if periods > farthest else []
        if periods < 0.9:
            remarks.append("A period of this history is longer than the time you asked for.")
        periods = min(max(1, round(periods)), farthest)
        return {"ahead": facts.outlook(evidence, portfolio, lane, key, periods)}, remarks
    if request.kind == "compare":
        facts.gap(evidence, *keys[:2])
        remarks = ("A comparison covers two lanes: the first two that you named.",) if len(keys) > 2 else ()
        return {"second": keys[1], "measure": request.measure}, remarks
    if request.kind == "network":
        ranked = facts.network(evidence, portfolio, names.key, request.measure, largest=request.largest)
        return {"keys": ranked, "measure": request.measure, "largest": request.largest}, ()
    return ({"measure": request.measure} if request.kind == "value" else {}), ()
