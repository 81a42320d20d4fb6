"""Figures and headline numbers are shown, saved, and reproducible byte by byte."""

import io
import json
import re

import numpy as np
import pytest
from matplotlib import style
from PIL import Image

from twin.view import output, plots

NAMES = ("wave.svg", "wave.pdf", "wave.png")


@pytest.fixture(autouse=True)
def _style():
    with style.context("twin.view.twin"):
        yield


def wave():
    """Return a figure with text, a shaded band and a heat map."""
    figure, (left, right) = plots.figure(2)
    plots.frame(left, "A wave", "time [day]", "height [m]", percent="x")
    x = np.linspace(0, 1, 50)
    plots.line(left, x, np.sin(6 * x), "σ ± 1")
    plots.span(left, 0.2, 0.4)
    plots.heat(right, x, x, np.outer(x, x), "product")
    return figure


def test_figures_are_saved_in_three_formats_with_reproducible_bytes(tmp_path):
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        output.show(wave(), "wave", "a wave", str(folder))
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert sorted(first) == sorted(NAMES)
    assert first == second
    starts = [first[name][:4] for name in NAMES]
    assert starts == [b"<?xm", b"%PDF", b"\x89PNG"]


def test_files_carry_no_date(tmp_path):
    output.show(wave(), "wave", "a wave", str(tmp_path))
    assert b"CreationDate" not in (tmp_path / "wave.pdf").read_bytes()
    assert b"dc:date" not in (tmp_path / "wave.svg").read_bytes()


def test_a_picture_has_words_and_the_same_bytes_as_the_file(tmp_path):
    picture = output.show(wave(), "wave", "a wave & a product", str(tmp_path))
    assert picture.png == output.show(wave(), "wave", "").png  # the picture is the same, saved or not
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle == {"image/png": (tmp_path / "wave.png").read_bytes(), "text/plain": "<figure: a wave & a product>"}
    assert metadata["image/png"]["alt"] == "a wave & a product" and metadata["image/png"]["width"] == 720


def test_nothing_is_saved_without_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert output.show(wave(), "wave", "a wave").png.startswith(b"\x89PNG")
    output.headline(stock=(12.0, "pallet"))
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == "stock     12.00 pallet\n"


def test_the_headline_numbers_are_aligned(capsys):
    output.headline(level=(0.95, "-"), safety_stock=(1012.287, "pallet"), cost=(-12.345, "$/period"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["level", "0.9500"],
        ["safety_stock", "1,012", "pallet"],
        ["cost", "-12.35", "$/period"],
    ]
    assert len({re.search(r"[\d.,]+(?= |$)", line).end() for line in lines}) == 1


def test_results_are_saved_in_full_with_their_units(tmp_path):
    output.headline(str(tmp_path), level=(np.float64(1 / 3), "-"), count=(7, "pallet"), one=(np.array(2.5), "$"))
    (path,) = tmp_path.iterdir()
    assert path.name == "results.json" and path.read_text(encoding="utf-8").endswith("}\n")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "results": {
            "level": {"value": 1 / 3, "unit": "-"},
            "count": {"value": 7.0, "unit": "pallet"},
            "one": {"value": 2.5, "unit": "$"},
        }
    }


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_results_that_are_not_finite_are_refused_by_name(tmp_path, value):
    with pytest.raises(ValueError, match=rf"survival must be a finite number; got {value}"):
        output.headline(str(tmp_path), stock=(1.0, "pallet"), survival=(value, "day"))
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_few_colours_is_smaller_and_looks_the_same():
    figure, ax = plots.figure(width=4, height=3)
    for x in range(12):
        ax.text(x / 12, x / 12, "a small text", color="#0072B2")
    full, small = (output.png(figure, origin="told", colours=colours) for colours in (0, 64))
    images = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float) for data in (full, small)]
    assert len(small) < len(full) / 2 and np.abs(images[0] - images[1]).mean() < 2
    assert Image.open(io.BytesIO(small)).info["Description"] == "told"
