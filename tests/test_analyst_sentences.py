"""The checker shows what is true and refuses what is false: two rates over hand-labelled sentences of nine worlds."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from analyst_sentences import evidence_of

from twin.analyst.checking import Unsupported, checked

#: Sentences on which the checker was developed, and sets on which it was not: those of authors who write what may be
#: said of the facts, and such as a model ordinarily answers when it is asked in the analyst's own words.
SETS = "seen", "unseen", "ordinary"
AIM = 0.01, 0.10  # most false sentences that are to be shown, and true ones to be refused, as shares
#: Set -> what is reached: false sentences shown and true ones refused, as shares, and the number of grave ones shown.
REACHED = {"seen": (0.0, 0.1022, 0), "unseen": (0.0, 0.1971, 0), "ordinary": (0.0, 0.472, 0)}
PROMPTED = 0.0304  # share of the true sentences written under the rules of the prompt that are refused
#: Rates on sentences written under the rules of the prompt, as in REACHED: before they were read, and now that the
#: checker has been developed on them.
UNREAD, HELD = (0.0452, 0.1588, 1), (0.0, 0.0753, 0)
#: The same on sentences of two more authors, on which the checker has not been developed.
FRESH = (0.0669, 0.1652, 3)
GRAVE = {"digit", "placeholder", "lane"}  # false elements of sentences of which none is to be shown
ELEMENTS = GRAVE | {"word"}


@cache
def labelled(name):
    """Return the worlds and the entries of a set."""
    path = Path(__file__).with_name(f"analyst_sentences_{name}.json")
    read = json.loads(path.read_text(encoding="ascii"))
    return read["worlds"], read["entries"]


@cache
def evidence(name, world):
    """Return the evidence of a world."""
    row = labelled(name)[0][world]
    return evidence_of(row["portfolio"], row["lane"], row["questions"])


def is_shown(name, entry):
    """Return whether the checker lets a sentence through."""
    try:
        checked(entry["sentence"], evidence(name, entry["world"]))
    except Unsupported:
        return False
    return True


@pytest.mark.parametrize("name", SETS)
class TestSet:
    def test_facts_are_those_of_the_labels(self, name):
        worlds, _ = labelled(name)
        for world, row in worlds.items():
            held = evidence(name, world).facts
            values = {identity: held[identity].value for identity in row["values"]}
            assert values == pytest.approx(row["values"], rel=1e-3, abs=1e-3), f"label the sentences of {world} anew"

    def test_entries_are_complete_and_many(self, name):
        worlds, entries = labelled(name)
        sentences = Counter((entry["world"], entry["sentence"]) for entry in entries)
        assert max(sentences.values()) == 1
        for entry in entries:
            assert entry["world"] in worlds and isinstance(entry["label"], bool)
            assert entry.get("false_element") in ({None} if entry["label"] else ELEMENTS), entry["sentence"]
        assert sum(not entry["label"] for entry in entries) >= 200
        assert sum(entry["label"] for entry in entries) >= 200

    def test_true_sentences_name_facts_on_record(self, name):
        for entry in labelled(name)[1]:
            held = evidence(name, entry["world"])
            named = {part.partition("}}")[0] for part in entry["sentence"].split("{{")[1:]}
            assert not entry["label"] or named <= {*held.facts, *held.lanes}, entry["sentence"]


@cache
def verdicts(name):
    """Return a report of the checker's verdicts on a set, the two rates, and the number of grave sentences shown."""
    entries = labelled(name)[1]
    wrong = [entry for entry in entries if is_shown(name, entry) != entry["label"]]
    return *_report(name, entries, wrong), sum(entry.get("false_element") in GRAVE for entry in wrong)


@pytest.mark.parametrize("name", SETS)
def test_false_sentences_are_refused_and_true_ones_shown(name):
    report, shown, refused, grave = verdicts(name)
    print(report)
    assert all(now <= before for now, before in zip((shown, refused, grave), REACHED[name], strict=True)), report


@pytest.mark.xfail(reason="English has more ways to say what is true than the checker knows", strict=True)
def test_the_aim_is_reached():
    for name in SETS[1:]:
        report, shown, refused, grave = verdicts(name)
        assert shown <= AIM[0] and refused <= AIM[1] and not grave, report


def test_most_sentences_that_follow_the_prompt_are_shown():
    path = Path(__file__).with_name("analyst_sentences_prompted.json")
    entries = json.loads(path.read_text(encoding="ascii"))["entries"]
    refused = [entry["sentence"] for entry in entries if not is_shown("ordinary", entry)]
    print(f"prompted: true refused: {len(refused)} of {len(entries)}", *refused, sep="\n")
    assert len(refused) / len(entries) <= PROMPTED


@pytest.mark.parametrize(("name", "reached"), [("held", HELD), ("fresh", FRESH)])
def test_false_sentences_under_the_prompt_are_refused_and_true_ones_shown(name, reached):
    path = Path(__file__).with_name(f"analyst_sentences_{name}.json")
    entries = json.loads(path.read_text(encoding="ascii"))["entries"]
    wrong = [entry for entry in entries if is_shown("ordinary", entry) != entry["label"]]
    report, *rates = _report(name, entries, wrong)
    print(report)
    rates.append(sum(entry.get("false_element") in GRAVE for entry in wrong))
    assert len(entries) > 600
    assert all(now <= before for now, before in zip(rates, reached, strict=True)), report


@pytest.mark.parametrize("sentence", [
    "{{lane1}} has the higher profit: {{lane1.profit}} compared with {{lane2.order_cost}} on {{lane2}}.",
    "The buffer cost of {{lane1}} is {{lane1.profit}}.",
    "The service level of {{lane1}} is {{lane1.service_level}} and that of {{lane2}} is {{lane1.service_level}}.",
    "The required capacity of {{lane1}} exceeds its own capacity: {{lane1.required_capacity}} against "
    "{{lane1.safety_stock}}.",
    "The expected overflow of {{lane2}} rises by {{whatif1.expected_overflow}} with the longer lead time.",
    "{{lane1}} is profitable with {{lane1.order_cost}}.",
])  # fmt: skip
def test_a_number_of_another_quantity_is_refused(sentence):
    with pytest.raises(Unsupported):
        checked(sentence, evidence("ordinary", "monthly"))


def test_readme_tells_what_is_reached():
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    told = re.findall(r"(\d[\d,]*) sentences[^;]*?shows ([\d.]+)% [^;]*?refuses (\d+)%", " ".join(readme.split()))
    for name, (count, shown, refused) in zip(("unseen", "seen", "ordinary"), told, strict=True):
        assert int(count.replace(",", "")) == len(labelled(name)[1])
        assert [float(shown), int(refused)] == [round(100 * REACHED[name][0], 1), round(100 * REACHED[name][1])]
    said = " ".join(readme.split())
    assert f"refuses {100 * PROMPTED:.0f}% of 362 true sentences" in said
    rates = [
        f"{100 * shown:.1f}% of the false ones and refuses {100 * refused:.0f}%" for shown, refused, _ in (UNREAD, HELD)
    ]
    assert f"647 more, it showed {rates[0].replace('refuses', 'refused')} of the true ones" in said
    assert f"developed on them, too, it shows {rates[1]}" in said
    shown, refused, _ = FRESH
    assert f"shows {100 * shown:.1f}% of the false ones and refuses {100 * refused:.0f}% of the true ones" in said


def _report(name, entries, wrong):
    """Return a text with the rates, in all and by kind, and the wrong verdicts; and the two rates."""
    tried = Counter((entry["kind"], entry["label"]) for entry in entries)
    missed = Counter((entry["kind"], entry["label"]) for entry in wrong)
    lines, rates = [f"{name}: kind, false sentences shown, true sentences refused"], []
    for kind in sorted({kind for kind, _ in tried}):
        false, true = (f"{missed[kind, label]:3} of {tried[kind, label]:3}" for label in (False, True))
        lines.append(f"  {kind:14} {false}   {true}")
    for label, verdict in ((False, "false shown"), (True, "true refused")):
        count, of = (sum(n for (_, known), n in counts.items() if known is label) for counts in (missed, tried))
        rates.append(count / of)
        lines.append(f"{verdict}: {count} of {of}, {count / of:.1%}")
    for entry in wrong:
        lines.append(f"{entry.get('false_element', 'true')} [{entry['world']}, {entry['kind']}] {entry['sentence']!a}")
    return "\n".join(lines), *rates
