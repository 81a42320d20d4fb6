"""Numbers in words and HTML: written with their unit, in cards and tables; each element also holds the exact value."""

from html import escape

from twin.view.hub.controls import unit_in


def written(value, unit):
    """Return a number as people read it, its unit left out except per cent and money.

    >>> written(0.953, "-"), written(1234.5, "$/period"), written(163.38, "pallet")
    ('95.3%', '$1,234', '163.4')
    """
    if unit == "-":
        return f"{100 * value:.1f}%"
    if unit in ("day", "period"):
        return f"{value:,.4g}"
    digits = 0 if abs(value) >= 1000 else 1 if unit in ("pallet", "points") or abs(value) >= 100 else 2
    text = f"{abs(value):,.{digits}f}"
    minus = "−" if value < 0 and text.strip("0.,") else ""
    return f"{minus}${text}" if unit.startswith("$") else f"{minus}{text}"


def rest_of(unit, period):
    """Return what is said after the number: "pallets", "a day" and so on; nothing for per cent.

    >>> rest_of("$/period", "D"), rest_of("pallet/period", "W"), rest_of("$/pallet/period", "D"), rest_of("day", "D")
    ('a day', 'pallets a week', 'a pallet and day', 'days')
    """
    unit = unit_in(unit, period)
    if unit.startswith("$"):
        parts = unit.split("/")[1:]
        article = "an" if parts and parts[0][0] in "aeiou" else "a"
        return f"{article} {' and '.join(parts)}" if parts else ""
    first, *per = unit.split("/")
    plural = {"-": "", "points": "points"}.get(first, f"{first}s")
    return " a ".join((plural, *per))


def figure(name, value, unit, *, tag="b"):
    """Return the element that shows a number, with its name and its exact value for machines that read the page."""
    return f'<{tag} data-name="{name}" data-value="{value!r}">{written(value, unit)}</{tag}>'


def cards(entries, period):
    """Return key figures as cards; entries : (label, name, value, unit, remark)."""
    made = [
        f'<div class="twin-card"><span>{escape(label)}</span>{figure(name, value, unit)}'
        f"<small>{escape(' '.join(filter(None, (rest_of(unit, period), remark))))}</small></div>"
        for label, name, value, unit, remark in entries
    ]
    return f'<div class="twin-cards">{"".join(made)}</div>'


def table(caption, heads, rows, text=()):
    """Return a table; rows hold ready HTML, the first cell is the row's head; text : columns of words, not numbers."""
    kinds = [' class="twin-words"' if column in text else "" for column in range(len(heads))]
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in zip(kinds, heads, strict=True))
    body = "".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="twin-scroll"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def alert(sentence):
    """Return a sentence on what went wrong."""
    return f'<p class="twin-alert" role="alert">{escape(sentence)}</p>'


def picture(name, words):
    """Return the place of a picture, with what it shows in words."""
    return f'<figure class="twin-picture"><img data-picture="{name}" alt="{escape(words)}"></figure>'


def listed(sentences):
    """Return sentences as a list; nothing for none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""
