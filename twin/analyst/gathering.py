"""From a request to its evidence, and to the offline analyst's sentences on it."""

from twin.analyst import facts, offline
from twin.analyst.evidence import Evidence
from twin.analyst.story import Story
from twin.demand import DAYS_PER_PERIOD
from twin.scenario import RISK_LEVEL

FARTHEST = {"D": 90, "W": 52, "MS": 24}  # longest outlook [period]
INTERVAL = 0.95  # probability of the forecast's interval [-]


def gather(request, portfolio, names, evidence=None):
    """Return (evidence, sentences, remarks): what a request needs to know, and what the offline analyst says.

    evidence : where a model has gathered some already.
    """
    evidence = evidence or Evidence(portfolio.feed.period)
    evidence.add("twin", "risk_share", 1.0 - RISK_LEVEL)
    evidence.add("twin", "interval_level", INTERVAL)
    keys = [names.key(lane) for lane in request.lanes]
    for lane, key in zip(request.lanes, keys, strict=True):
        if key not in evidence.lanes:
            facts.lane_facts(evidence, portfolio, lane, key)
    story = Story(evidence, keys[0] if keys else "network")
    remarks = []
    try:
        how, remarks = _needed(request, portfolio, names, evidence, keys)
    except ValueError as error:
        return evidence, [offline.IMPOSSIBLE], [f"The reason: {error}."]
    if request.kind in offline.STORIES:
        offline.STORIES[request.kind](story, **how)
    else:
        story.sentences.append(offline.STRANGER if request.unknown else offline.NOTHING)
    return evidence, story.sentences, remarks


def _needed(request, portfolio, names, evidence, keys):
    """Add what a kind of question needs beyond its lanes; return the arguments of its story, and remarks."""
    lane, key = (request.lanes[0], keys[0]) if keys else ("", "")
    if request.kind == "what_if":
        other = facts.what_if(evidence, portfolio, lane, key, request.changes)
        return {"other": other, "small": request.small}, ()
    if request.kind == "service_point":
        _, policy = portfolio.inputs(lane)
        base, changes = (request.changes[:1], request.changes) if request.changes else (
            (), (facts.one_point_more(policy.service_level),))  # fmt: skip
        return {"more": facts.what_if(evidence, portfolio, lane, key, changes, base=base)}, ()
    if request.kind == "sharing":
        return {"more": facts.what_if(evidence, portfolio, lane, key, (facts.MORE_SPACE,))}, ()
    if request.kind == "outlook" and request.days:
        periods = max(1, round(request.days / DAYS_PER_PERIOD[portfolio.feed.period]))
        farthest = FARTHEST[portfolio.feed.period]
        remarks = (
            ("A forecast does not reach as far as asked; it goes as far as it can.",) if periods > farthest else ()
        )
        return {"ahead": facts.outlook(evidence, portfolio, lane, key, min(periods, farthest))}, remarks
    if request.kind == "compare":
        facts.gap(evidence, *keys[:2])
        remarks = ("Two lanes are compared at a time, the first ones named.",) if len(keys) > 2 else ()
        return {"second": keys[1], "measure": request.measure}, remarks
    if request.kind == "network":
        ranked = facts.network(evidence, portfolio, names.key, request.measure, largest=request.largest)
        return {"keys": ranked, "measure": request.measure, "largest": request.largest}, ()
    return ({"measure": request.measure} if request.kind == "value" else {}), ()
