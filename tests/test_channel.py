"""Progress and times on stderr: the logger "twin", --quiet and --verbose."""

import logging

import pytest

from twin.__main__ import main


@pytest.mark.parametrize("place", ["before", "after"])
def test_verbose_tells_times_and_quiet_tells_no_progress(capsys, tmp_path, place):
    def told(option):
        command = ["assess", "record:sfo-air-cargo", "--xlsx", str(tmp_path / f"{option}.xlsx"), "--json"]
        assert main([option, *command] if place == "before" else [*command, option]) == 0
        return capsys.readouterr().err

    assert " ms  twin.data.load: record:sfo-air-cargo: " in told("--verbose")
    assert told("--quiet") == ""


def test_quiet_still_tells_errors_and_refused_rows(capsys, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + "".join(f"2024-01-{d:02d},A,{d if d > 1 else 'x'}\n" for d in range(1, 30)))
    assert main(["assess", str(path), "--csv", "-q"]) == 0
    assert "1 refused" in capsys.readouterr().err
    assert main(["-q", "assess", "nowhere.csv"]) == 2 and "nowhere.csv" in capsys.readouterr().err


def test_the_logger_is_as_before_when_a_command_has_ended(caplog):
    log = logging.getLogger("twin")
    before = log.level, list(log.handlers)
    with caplog.at_level(logging.DEBUG, logger="twin.data.load"):
        main(["assess", "record:sfo-air-cargo", "--most", "1"])
    assert (log.level, log.handlers) == before
    assert "twin.data.load" in {record.name for record in caplog.records}  # programs can listen, too
