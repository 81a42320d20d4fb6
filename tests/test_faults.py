"""The list of faults fits the code: each can still be put in, and the tests that must notice it are there."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("faults", ROOT / "tools" / "faults.py")
faults = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(faults)
FAULTS = faults.read_faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_can_be_put_in_and_its_tests_are_there(fault):
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    changed = faults.with_fault(text, fault)
    assert changed != text
    compile(changed, fault.file, "exec")
    assert fault.tests and all((ROOT / test.partition("::")[0]).is_file() for test in fault.tests)


def test_every_name_is_given_once():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("text", ["there is no such text", "x = a + b; y = a + b"])
def test_an_old_text_that_does_not_stand_there_exactly_once_is_refused(text):
    fault = faults.Fault("a-name", "a/file.py", "a + b", "a - b", ["tests/test_a.py"], "subtracts")
    count = text.count(fault.old)
    with pytest.raises(ValueError, match=f"a-name: .* exactly once in a/file.py; it stands {count} times"):
        faults.with_fault(text, fault)
    assert faults.with_fault("x = a + b", fault) == "x = a - b"


def test_an_unknown_name_is_refused():
    with pytest.raises(SystemExit, match=r"NAME must be that of a fault in tests/faults.toml; got no-such"):
        faults.main(["no-such"])
