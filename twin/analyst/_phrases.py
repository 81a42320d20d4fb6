"""Settle words of fixed phrases, which claim nothing there: "before anything else", "on top of", "if only"."""

import re

from twin.analyst._sentence import Reading

#: Phrases as patterns over words; "#" stands for a number as it stands, "~" for one
#: of a what-if, "@" for a lane. Words in the group `free` claim nothing.
_PHRASES = [
    r"\b(?:before|above|than) (?P<free>anything|everything|all) (?:else|other)\b",
    r"\b(?P<free>everything|anything|nothing) else\b",
    r"\b(?:on|say|says|know|learn|tell|tells|conclude|see) (?P<free>anything|everything) (?:about|on|of|from)\b",
    r"\b(?:facts|evidence|data|numbers|figures|record|history|i) (?:do|does|can|could|may) (?P<free>not) "
    r"(?:say|tell|know|show|give|explain|reveal|mention|cover|contain|include|answer|see|find|separate|distinguish)\b",
    r"\b(?P<free>cannot|not) be (?:said|told|known|compared|computed|answered|judged|"
    r"seen|derived|calculated|separated)\b",
    r"(?:^|[,;:] |so |then |but |and )(?:please )?(?:do (?P<free>not)|(?P<free2>never)) (?!(?:all|both)\b)\w+\b",
    r"\b(?:should|need|must|would|do) (?P<free>not) (?:be )?(?:expect|rely|count|forget|ignore|overlook|recommend|"
    r"advise|worry|conclude|read|take|draw|mistake|confuse|confused|overlooked|ignored|forgotten|touch|rush|wait)\b",
    r"\b(?P<free>not) (?:to be )?(?:confused|mistaken|forgotten|enough to (?:say|tell|know))\b",
    r"\b(?:you|we|one|@|lane|network) (?P<free>must)\b",
    r"\b(?P<free>must) (?:be|have|hold|carry|own|keep|wait|come|cover)\b",
    r"\b(?P<free>whole|entire|full) (?:record|history|period|horizon|year|buffer|amount|"
    r"chain|picture|story|process|point)\b",
    r"\b(?:above|after|first of|best of|most of) (?P<free>all) (?:,|\.|because|since|that|the|a|on|by|to)",
    r"\b(?P<free>all) (?:the more|else|(?:of )?(?:the|these|other|those) "
    r"(?:numbers|figures|facts|values|inputs|things|parts))\b",
    r"\b(?P<free>both|each|all) (?:(?:of )?(?:the|these|those) )?(?:numbers?|figures?|values?|effects?|"
    r"shares?|causes?|levels?|parts?|sources?|changes?|things?|sides?|measures?|terms?|steps?|cases|reasons|facts)\b",
    r"\beach (?P<free>other)\b",
    r"\bof (?P<free>all) (?:its |their |the )?(?:pallets|orders|deviations|days|weeks|months|squared)\b",
    r"\bas a (?P<free>whole)\b",
    r"\b(?P<free>falls?|fell) (?:just |slightly |a little |a bit )?short\b",
    r"\b(?P<free>more) than (?:enough|sufficient)\b",
    r"\b(?P<free>exactly|precisely) (?:the same|as|equal)\b",
    r"\b(?P<free>free) (?:space|capacity|room|places)\b",
    r"\b(?P<free>across) (?:both|all|the (?:two|three|other)) (?:lanes )?(?!.*[#~])",
    r"\bany (?P<free>more|longer)\b",
    r"\b(?P<free>across) (?:the )?(?:year|record|weeks|days|months|seasons|week|whole|entire|horizon)\b",
    r"\b(?P<free>every) (?:other|single|extra|additional|further|new|returned|stored|late|missing|unserved|served) "
    r"(?:day|week|month|pallet|order|place|point)\b",
    r"\b(?P<free>limited) (?!to\b|by\b)",
    r"\b(?:no|not|cannot|hardly) (?:a )?(?P<free>guarantees?|guaranteed|certain|necessarily|always)\b",
    r"\b(?P<free>no|not|cannot) (?:a )?(?:guarantees?|guaranteed|certain|necessarily)\b",
    r"\ba (?P<free>certain)\b",
    r"\bwhether (?:.* )?or (?P<free>not)\b",
    r"\b(?P<free>only|merely|just) (?!@|lanes?\b|one\b|ones\b|two\b|three\b|if\b|then\b)\w+",
    r"\b(?P<free>nearly|almost) (?:as|the same|equal|exactly|twice|half|double|[#~])",
    r"\b(?P<free>within) (?!(?:(?:its|their|our|your|the|own) )*(?:capacity|own capacity|space|own space|#|~))",
    r"\bon (?P<free>top) of\b",
    r"\bat the (?P<free>same) time\b",
    r"(?:^|; |then )(?P<free>first) , (?:i|we|you|please)\b",
    r"\b(?:if|when) (?P<free>only)\b",
    r"\b(?P<free>not) only\b",
    r"\bnot (?P<free>only)\b",
    r"\b(?P<free>all) in (?P<free2>all)\b",
    r"\bfirst of (?P<free>all)\b",
    r"\b(?:of|after) (?P<free>all) (?:the |its |these |of the )?(?:costs|expenses)\b",
    r"\b(?:is|gives?|are) (?P<free>no) (?:good |strong |sound )?"
    r"(?:reason|argument|cause for|excuse|ground|grounds|case)\b",
    r"\bthere is (?P<free>no) (?:doubt|hurry|rush|way to (?:tell|know|say)|need to)\b",
    r"\b(?:is|are) (?P<free>not) (?P<free2>without) (?:risk|risks|cost|danger)\b",
    r"(?:^|[,;:] )(?P<free>nothing) (?:in|about) (?:the|these|this) (?:facts|evidence|numbers|data|record)\b",
    r"\b(?P<free>under) (?:the |an |this |that |these |such |our )?(?:sla|agreement|contract|(?:what-if )?scenario|"
    r"assumptions?|conditions?|circumstances?|plan|policy|doubled|tripled|halved|higher|lower|longer|shorter|"
    r"more|fewer|less|current|present|new|changed|this|that)\b",
    r"\b(?P<free>under) (?:an? |the )?~ service level\b",
    r"\b(?P<free>over) (?:all|every|the (?:whole|entire|full)) (?:service levels|levels|record|period|horizon)\b",
    r"\b(?:can|could|cannot) (?P<free>add)\b",
    r"\bi (?:would|should) (?:first )?(?P<free>free|add)\b",
    r"\b(?:to|would) (?P<free>free) (?:up )?(?:space|room|capacity|places)\b",
    r"\b(?P<free>adds?) (?:only |just |about |another )?#",
    r"\b(?P<free>limited) to #",
    r"\b(?:each|every|a) (?:pallet|order) that (?:(?:is|we|you|it|@|the lane) )?"
    r"(?:can |does |do |is |are )?(?P<free>not)\b",
    r"\b(?P<free>not) (?:advise|advisable|recommend)\b",
    r"\b(?P<free>best) (?:guess|way|idea)\b",
    r"\bfor the (?P<free>most) part\b",
    r"\bat the (?P<free>very) least\b",
    r"\bin (?P<free>short)\b",
    r"\b(?P<free>anything) (?:up to|from|between|to (?:gain|say|do))\b",
    r"\b(?:highest|lowest|largest|smallest|longest|shortest|most|least|best|worst) [^,;.#~@]{0,40}of (?P<free>all) "
    r"[,;.:]",
    r"\b(?P<free>most) (?:attention|careful|care|urgent)\b",
    r"\bpractically (?P<free>no) room for\b",
    r"\b(?P<free>must) (?:grow|rise|increase|fall|drop|go|become|change)\b",
    r"\b(?P<free>adds?) to (?:the|this|that|its) (?:burden|pressure|problem|strain|picture|cost|costs|bill)\b",
    r"\bwhether (?:[^,;.#~]*? )?(?P<free>more|less|higher|lower|better|cheaper|enough|worthwhile)\b",
    r"\b(?P<free>above) all\b",
    r"\b(?P<free>more) than (?:anything|everything) else\b",
    r"\b(?P<free>main) (?:drawback|advantage|concern|worry|lesson|message|question|task)\b",
    r"\broom for (?P<free>improvement)\b",
    r"\bsuffers? (?P<free>most)\b",
    r"\b(?P<free>neither) lane (?:needs|calls for|requires) (?:any )?(?:urgent )?(?:action|attention)\b",
    r"\b(?P<free>best) for (?:profit|money)\b",
    r"\b(?P<free>short) (?:comparison|summary|answer|list|overview|look|version|note|story|reply)\b",
]
_PATTERNS = [re.compile(phrase) for phrase in _PHRASES]


def phrases_hold(reading: Reading) -> None:
    """Settle the words of fixed phrases that claim nothing."""
    text, starts = "", {}
    for place, token in enumerate(reading.tokens):
        starts[len(text)] = place
        text += (
            "@"
            if token.lane
            else token.text
            if not token.fact or token.text.isalpha()
            else _number(token.fact, reading)
        ) + " "
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            for group, words in match.groupdict().items():
                if words and match.start(group) in starts:
                    reading.settle(starts[match.start(group)], proved=False)


def _number(fact, reading):
    """Return the sign for a number in a pattern."""
    return "~" if "." in fact.name or fact.key in reading.evidence.scenarios else "#"
