"""Tell advice from claims: what a sentence asks for, such as a higher service level, is no claim."""

from itertools import pairwise

from twin.analyst._sentence import Reading

#: Verbs that begin advice.
IMPERATIVES = set(
    """add adjust agree ask avoid book build buy call change charge check choose close compare consider cut decide
    decrease discuss drop examine expand find give handle improve increase investigate keep learn leave let lift
    limit look lower make monitor move negotiate offer plan postpone prefer prepare put raise reconsider reduce
    rent renegotiate replace reserve review revisit sell set shift shorten split start stop study switch take
    talk test think secure arrange ensure protect treat track trim try use verify wait watch weigh work""".split()
)
_MODALS = set("should could might may can must would".split())
_SUBJECTS = set("i we you it one planner planners manager managers team".split())
_BEFORE_VERB = set(
    """to would should first then or and also please could might not either both instead rather therefore just
    simply""".split()
)


def is_advice(reading: Reading) -> bool:
    """Return whether a sentence gives advice: an imperative, "I would", "it may pay to", "you should".

    A sentence with numbers is never read as mere advice.
    """
    if reading.facts:
        return False
    words = [token.text for token in reading.tokens if token.kind in ("word", "name", "lane")]
    start = next((i for i, word in enumerate(words) if word in IMPERATIVES), None)
    begins = start == 0 or (start is not None and start <= 2 and words[0] in ("first", "then", "so", "please", "never"))
    conditional = reading.text(0) in CONDITIONS and any(
        reading.text(i) in IMPERATIVES and reading.text(i - 1) == "," for i in range(len(reading.tokens))
    )
    begins = begins or conditional
    modal = any(one in _SUBJECTS and two in _MODALS for one, two in pairwise(words))
    asks = any(
        word
        in (
            "should",
            "recommend",
            "recommendation",
            "suggest",
            "suggestion",
            "advise",
            "advice",
            "worth",
            "consider",
            "option",
            "sensible",
            "prudent",
            "step",
            "reason",
            "start",
            "priority",
            "lever",
            "nuisance",
            "threat",
            "effective",
            "wise",
            "careful",
            "remedy",
            "promising",
            "fixing",
            "action",
            "obvious",
            "urgent",
        )
        for word in words
    )
    sense = any(
        pair
        in (
            ("makes", "sense"),
            ("make", "sense"),
            ("pays", "to"),
            ("something", "to"),
            ("thing", "to"),
            ("little", "to"),
        )
        for pair in pairwise(words)
    )
    return begins or modal or asks or sense


def _part_is_advice(reading, place):
    """Return whether the part of a sentence around a word, between commas, has no number and gives advice."""
    start = max((i + 1 for i in range(place) if reading.text(i) in (",", ";", ":")), default=0)
    stop = min(
        (i for i in range(place, len(reading.tokens)) if reading.text(i) in (",", ";", ":")),
        default=len(reading.tokens),
    )
    words = [reading.text(i) for i in range(start, stop)]
    if any(start <= i < stop for i in reading.facts):
        return False
    modal = any(one in _SUBJECTS - {"it"} and two in _MODALS for one, two in pairwise(words))
    return modal or words[0] in IMPERATIVES or bool({"consider", "recommend", "suggest"} & set(words))


CONDITIONS = set("if unless until once before whether".split())


def advice_holds(reading: Reading) -> None:
    """Settle the rises and falls that advice asks for; what it gives as a reason or a purpose stays to be checked."""
    for place in reading.find("better", "worse"):
        name = reading.name_after(place, 2)
        if name is not None and reading.tokens[name].measures & _CHOICES and _part_is_advice(reading, place):
            reading.settle(place, proved=False)
    for place in reading.find("rise", "fall", "more", "less", "improve"):
        word, before = reading.text(place), reading.text(place - 1)
        if _part_is_advice(reading, place) and (word.endswith("ing") or before in _BEFORE_VERB or place == 0):
            reading.settle(place, proved=False)
    if not is_advice(reading):
        return
    reading.settle(
        *(i for i in reading.find("bound") if reading.text(i) in ("maximum", "minimum", "limited", "must")),
        proved=False,
    )
    reasons = [
        i for i, token in enumerate(reading.tokens) if token.text in ("because", "since", "as", "which", "so", "where")
    ]
    for place in reading.find("rise", "fall", "more", "less", "improve"):
        clause_start = max((i for i in reasons if i < place), default=-1)
        if clause_start >= 0 and not any(reading.text(i) == "," for i in range(clause_start, place)):
            continue
        following, before = reading.text(place + 1), reading.text(place - 1)
        if reading.classes(place) & {"rise", "fall", "improve"}:
            if place == 0 or before in _BEFORE_VERB or before == "," or "before" in (before, reading.text(place - 2)):
                reading.settle(place, proved=False)
        elif following != "than" and (_is_choice(reading, place) or following in ("pallets", "places", "space")):
            reading.settle(place, proved=False)


def _is_choice(reading, place):
    """Return whether what advice asks more, or less, of is a planner's choice, such as a buffer, and no result."""
    name = reading.name_after(place, 2)
    return name is not None and bool(reading.tokens[name].measures & _CHOICES)


_CHOICES = {
    "safety_stock",
    "internal_capacity",
    "required_capacity",
    "order_quantity",
    "reorder_point",
    "service_level",
}
_CHOICES |= {"return_rate", "lead_time_mean_days", "lead_time_sd_days", "handling_cost", "service_revenue"}
