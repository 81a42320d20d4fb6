"""Words and numbers as HTML: whatever they hold stays text, and a number keeps its exact value."""

from html.parser import HTMLParser

import pytest

from twin.view import words

HOSTILE = '<img src=x onerror="alert(1)"> & <b>'


class Page(HTMLParser):
    """The tags and the text of a piece of HTML; `alternatives` holds the words of its pictures."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.alternatives = set(), "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.alternatives += [value for name, value in attributes if name == "alt"]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("html", "times"),
    [
        (words.listed([HOSTILE, HOSTILE]), 2),
        (words.alert(HOSTILE), 1),
        (words.table(HOSTILE, ("", HOSTILE), []), 2),
        (words.cards([(HOSTILE, "profit", 12.0, "$/period", HOSTILE)], "D"), 2),
    ],
    ids=["list", "alert", "table", "cards"],
)
def test_words_are_never_html(html, times):
    page = Page(html)
    assert page.text.count(HOSTILE) == times and "img" not in page.tags


def test_the_words_of_a_picture_are_never_html():
    page = Page(words.picture("history", HOSTILE))
    assert page.alternatives == [HOSTILE] and page.tags == {"figure", "img"} and not page.text


def test_no_sentence_is_no_list():
    assert words.listed([]) == ""


def test_a_number_keeps_its_exact_value():
    assert words.figure("profit", 1234.5678901234567, "$/period") == (
        '<b data-name="profit" data-value="1234.5678901234567">$1,235</b>'
    )
