"""Any plan of a paper gives its jobs, or a sentence that is quick, short and names the file."""

import pytest
import yaml
from fuzz import cases, is_a_sentence, texts
from hypothesis import example, given
from hypothesis import strategies as st
from small_paper import PLAN, make_project

from twin.batch.plan import read_plan
from twin.batch.plan_entry import KEYS
from twin.batch.plan_yaml import DEEPEST

#: Pieces of YAML that have broken its readers, or that stand for more than they show.
PIECES = [
    *("&a ", "*a", "<<: ", "!!int ''", "!!bool x", "!!timestamp x", "!!python/object/apply:os.abort []", "- ", "? "),
    *(": ", "2024-13-45", "0x_", "._", "1:99", "9" * 5000, "1e999", ".nan", "~", "[", "]", "{", "}", "'", '"', "|\n"),
    *("#", "%", "---\n", "\t", "\0", "\x1a", "\ufeff", "\ud800", "é", "name", "size", "jobs:", "grid: ", "x" * 9000),
    *("size: [1, 2]", "[" * 3000, "- " * 3000, "{a: " * 3000, "../" * 2000),
]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts(8), st.dates())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts(6), inner, max_size=4)),
    max_leaves=8,
)
NAMES = st.sampled_from([*sorted(KEYS), "size", "label", "out_dir", "figures", "results", "from", "to", "count"])
ENTRIES = st.dictionaries(NAMES, st.one_of(VALUES, st.dictionaries(NAMES, VALUES, max_size=3)), max_size=6)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return the folder of a small paper, whose plan each case replaces."""
    return make_project(tmp_path_factory.mktemp("plans"))


def read(place, plan):
    """Return the jobs of a plan; none if it is refused in a sentence."""
    (place / "figures.yml").write_bytes(plan.encode("utf-8", "surrogatepass"))
    try:
        return read_plan(place)
    except ValueError as error:
        assert is_a_sentence(error) and f"{place / 'figures.yml'}" in str(error)
        return []


@cases(80)
@given(changes=st.lists(st.tuples(st.integers(0, len(PLAN)), st.integers(0, 9), st.sampled_from(PIECES)), max_size=5))
def test_a_changed_plan_is_a_plan_or_refused_in_a_sentence(place, changes):
    plan = PLAN
    for at, length, piece in changes:
        plan = plan[:at] + piece + plan[at + length :]
    for job in read(place, plan):
        assert job.notebook.is_file() and set(job.parameters) <= {"size", "label"}


@cases(50)
@given(entries=st.lists(ENTRIES, max_size=3))
@example(entries=[{"name": "a" * 5000, "notebook": "../square.ipynb"}])
@example(entries=[{"name": "a", "notebook": "x" * 5000}])
def test_a_plan_of_any_values_is_a_plan_or_refused_in_a_sentence(place, entries):
    for entry in entries:
        if entry.get("notebook") is not None:
            entry["notebook"] = "../square.ipynb"
    read(place, yaml.dump({"jobs": entries}, Dumper=NoAliases, allow_unicode=True))


class NoAliases(yaml.SafeDumper):
    """A dumper that writes equal values out, because plans have no aliases."""

    def ignore_aliases(self, data):
        return True


@cases(30)
@given(
    sizes=st.lists(st.floats(0.1, 1e6), min_size=1, max_size=5, unique=True), label=st.text("abc :#-'\"é", max_size=9)
)
def test_a_plan_gives_the_parameters_that_it_states(place, sizes, label):
    entry = {"name": "sizes", "notebook": "../square.ipynb", "parameters": {"label": label}, "grid": {"size": sizes}}
    jobs = read(place, yaml.safe_dump({"jobs": [entry]}, allow_unicode=True))
    assert [job.parameters for job in jobs] == [{"label": label, "size": size} for size in sizes]


@cases(10)
@given(depth=st.integers(DEEPEST, 30_000), brackets=st.sampled_from(["[]", "{}", "- "]))
def test_a_deep_plan_is_refused(place, depth, brackets):
    plan = "jobs: " + brackets[0] * depth if brackets != "- " else "jobs:\n" + "- " * depth + "1"
    assert read(place, plan) == []
