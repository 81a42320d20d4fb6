"""Any file ends in an answer or a sentence in every interface: commands, and uploads to the hub."""

from datetime import date, timedelta

import pytest
from fuzz import CHANGES, HARM, START, cases, harmed, is_a_sentence, none_of, texts
from hypothesis import example, given
from hypothesis import strategies as st

from twin.__main__ import main

#: Flows of a few lanes, by day or week: all zero, all equal, very large, with gaps and with unknown volumes.
VOLUMES = st.lists(st.sampled_from(["0", "5", "7", "0.001", "1e15", "unknown", "", "x"]), max_size=30)
HISTORIES = st.dictionaries(
    st.sampled_from(["A", "B", "=1", "long " * 90]), st.tuples(VOLUMES, st.sampled_from([1, 7]))
)


def content_of(lanes):
    """Return lanes as a CSV file."""
    rows = [
        f"{date(2024, 1, 1) + step * place * timedelta(1)},{lane},{volume},"
        for lane, (volumes, step) in lanes.items()
        for place, volume in enumerate(volumes)
    ]
    return "\n".join(["date,lane,volume,returns", *rows, ""]).encode()


COMMANDS = {
    "assess": ["assess", "FILE"],
    "assess as JSON": ["assess", "FILE", "--json", "--gaps", "unknown"],
    "ask": ["ask", "--offline", "What is the profit?", "--file", "FILE"],
    "policies": ["assess", "--policies", "FILE"],
    "import": ["ledger", "import", "FILE", "--good-rows-only"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
@cases(12)
@given(lanes=HISTORIES, changes=CHANGES, harm=HARM)
@example(lanes={}, changes=[(0.2, 0, b"x" * 200_000, 1)], harm="none")
@example(lanes={}, changes=[(0.5, 0, b"1" * 2_000_000, 1)], harm="gzip")
def test_a_command_ends_with_an_answer_or_a_sentence(tmp_path, capsys, command, lanes, changes, harm):
    path = tmp_path / "flows.csv"
    path.write_bytes(harmed(content_of(lanes) if lanes else START, changes, harm))
    code = main([str(path) if word == "FILE" else word for word in command])
    out, err = capsys.readouterr()
    assert code in (0, 1, 2) and "Traceback" not in out + err
    if code == 2:
        assert is_a_sentence(err.splitlines()[-1])
    else:
        assert out or code == 1


UPLOADS = st.fixed_dictionaries(
    {"do": st.sampled_from(["upload", "upload", "import"])},
    optional={
        "reading-columns-lane": st.one_of(st.sampled_from(["lane", "date+lane", "+"]), texts(9)),
        "reading-decimal": st.sampled_from([".", ",", ";"]),
        "reading-where": st.one_of(st.sampled_from(["lane=A", "lane!=A\nlane!=B"]), texts(9)),
        "reading-negative": st.sampled_from(["returns", "none"]),
    },
)


@cases(25)
@given(lanes=HISTORIES, changes=CHANGES, harm=HARM, form=UPLOADS)
@example(lanes={}, changes=[(0.2, 0, b"x" * 200_000, 1)], harm="none", form={"do": "upload"})
@example(lanes={}, changes=[(0.5, 0, b"1" * 2_000_000, 1)], harm="gzip", form={"do": "upload"})
def test_an_upload_ends_with_an_answer_or_a_sentence(bare_hub, unexpected, lanes, changes, harm, form):
    content = harmed(content_of(lanes) if lanes else START, changes, harm)
    bare_hub.data._handle_custom_msg({"do": "piece", "id": 1, "begins": True}, [content])
    bare_hub.data._handle_custom_msg({**form, "upload": 1, "file": "flows.csv", "good_rows_only": "on"}, [])
    none_of(unexpected)
    assert bare_hub.data.said or bare_hub.data.question
    assert bare_hub.session.numbers() and bare_hub.session.lane in bare_hub.session.policies.index
