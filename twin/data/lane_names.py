"""Names of lanes: which are usable, and how a table carries them that a spreadsheet may open."""

from twin.data.errors import Refused

LONGEST_LANE_NAME = 500  # characters: the longest that every database keeps in an index
STARTS_A_FORMULA = "=+-@＝＋－＠"  # what spreadsheets run instead of show, full-width forms included


def lane_name(text):
    """Return the name in text without blanks around it, or refuse it.

    >>> lane_name(" BER-MUC ")
    'BER-MUC'
    """
    return _checked(_stripped(text))


def _stripped(text):
    """Text without blanks and byte-order marks around it, in whatever order they come."""
    while (shorter := text.strip().strip("\ufeff")) != text:
        text = shorter
    return text


def _checked(name):
    if not name:
        raise Refused("lane is empty")
    if "\0" in name:
        raise Refused("lane has a NUL byte")
    if len(name) > LONGEST_LANE_NAME:
        raise Refused(f"lane is longer than {LONGEST_LANE_NAME} characters")
    if any("\ud800" <= c <= "\udfff" for c in name):
        raise Refused("lane has half a character (a lone surrogate)")
    return name


def written_lane(name):
    """Return a name as a CSV file carries it: one that a spreadsheet would run gets an apostrophe that makes it text.

    >>> written_lane("=1+1"), written_lane("BER-MUC")
    ("'=1+1", 'BER-MUC')
    """
    return f"'{name}" if _would_run(name) else name


def read_lane(text):
    """Return the name that a CSV file carries: `written_lane` undone.

    >>> read_lane("'=1+1"), read_lane("'s-Hertogenbosch")
    ('=1+1', "'s-Hertogenbosch")
    """
    name = _stripped(text)
    return _checked(name[1:] if name.startswith("'") and _would_run(name) else name)


def _would_run(name):
    """Whether a name without apostrophes before it begins like a formula: so each mark can be taken off again."""
    return name.lstrip("'").startswith(tuple(STARTS_A_FORMULA))
