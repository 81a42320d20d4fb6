"""The lesson text of the hub follows the lane in view, its controls and the planner's names of units."""

from test_morning import press

from twin.plan.unit_names import UnitNames
from twin.view.hub import tabs
from twin.view.hub.hub import Hub
from twin.view.hub.lesson import Lesson
from twin.view.output import Live, Words


def test_sentences_and_pictures_follow_the_lane_in_view_when_a_reader_sees_them():
    hub = Hub("", "HAM-ROT")
    lesson = Lesson(hub)
    said = lesson.say("{lane} needs {required_capacity}, owns {internal_capacity:.0f}.", lambda session: session.lane)
    drawn = lesson.draw(lambda session: tabs.drawn("history", session, session.numbers()), "a", "Record.")
    assert isinstance(said, Live) and said.part == "told" and said.widget.html == said.still.html
    assert said.still.text == "HAM-ROT needs 281.2 pallets, owns 285.\nHAM-ROT"
    assert drawn.widget.html == ""  # a picture is sent when a reader sees it
    press(drawn.widget, do="seen")
    before = drawn.widget.html
    assert 'alt="HAM-ROT: Record."' in before and "_css" not in drawn.widget.get_state()
    hub.session.pick("FRA-PAR")
    hub.session.change(internal_capacity=41.0)
    hub.session.units = UnitNames("tonne", "€")
    assert said.widget.html == said.still.html  # nobody has seen it yet
    for part in (said, drawn):
        press(part.widget, do="seen")
    needed = hub.session.numbers()["required_capacity"]
    assert said.widget.html == f"<p>FRA-PAR needs {needed:.1f} tonnes, owns 41.</p><p>FRA-PAR</p>"
    assert drawn.widget.html != before and 'alt="FRA-PAR: Record."' in drawn.widget.html
    still = Lesson(hub, live=False).say("{lane}")
    assert isinstance(still, Words) and still.text == "FRA-PAR"
