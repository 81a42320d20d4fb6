"""Names of lanes: which are usable, and how a table carries them that a spreadsheet may open."""

from twin.data.errors import Refused

LONGEST = 500  # characters: the longest that every database keeps in an index
STARTS_A_FORMULA = "=+-@＝＋－＠"  # what spreadsheets run instead of show, full-width forms included


def lane_name(text):
    """Return the name in text without blanks around it and without the mark of `written_lane`.

    >>> lane_name(" BER-MUC "), lane_name("'=1+1")
    ('BER-MUC', '=1+1')
    """
    name = text.strip().strip("\ufeff").strip()
    if _is_marked(name):
        name = name[1:]
    if not name:
        raise Refused("lane is empty")
    if "\0" in name:
        raise Refused("lane has a NUL byte")
    if len(name) > LONGEST:
        raise Refused(f"lane is longer than {LONGEST} characters")
    if any("\ud800" <= c <= "\udfff" for c in name):
        raise Refused("lane has half a character (a lone surrogate)")
    return name


def written_lane(name):
    """Return a name as a CSV file carries it: one that a spreadsheet would run gets a mark that makes it text.

    >>> written_lane("=1+1"), written_lane("BER-MUC")
    ("'=1+1", 'BER-MUC')
    """
    return f"'{name}" if name.lstrip("'").startswith(tuple(STARTS_A_FORMULA)) else name


def _is_marked(name):
    return name.startswith("'") and name.lstrip("'").startswith(tuple(STARTS_A_FORMULA))
