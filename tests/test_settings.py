"""Settings come from the environment or a .env file here or above."""

from twin.data.settings import setting


def test_the_environment_overrides_the_file_and_the_default_is_empty(monkeypatch, tmp_path):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert setting("TWIN_SOME_SETTING") == ""
    (tmp_path / ".env").write_text("# a comment\nTWIN_SOME_SETTING='from = file'\nEMPTY=\nDOLLAR=p${x}q\n")
    assert setting("TWIN_SOME_SETTING") == "from = file" and setting("EMPTY") == ""
    assert setting("DOLLAR") == "p${x}q"  # no interpolation in passwords
    monkeypatch.setenv("TWIN_SOME_SETTING", "from environment")
    assert setting("TWIN_SOME_SETTING") == "from environment"
    monkeypatch.setenv("TWIN_SOME_SETTING", "")
    assert setting("TWIN_SOME_SETTING") == "from = file"
