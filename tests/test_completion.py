"""The scripts that complete commands in a shell."""

import subprocess

import pytest

from twin.__main__ import main, program


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_the_script_knows_every_command_and_its_options(capsys, shell):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    (commands,) = (action.choices for action in program()._actions if action.dest == "==SUPPRESS==" and action.choices)
    assert {"assess", "hub", "new-paper"} <= set(commands)
    assert all(name in script for name in commands) and "horizon" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        ask = f"{script}\nCOMP_WORDS=(twin assess --hor); COMP_CWORD=2; _shtab_twin; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True)
        assert done.stdout.split() == ["--horizon"], done.stderr
