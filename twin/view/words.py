"""Numbers as HTML: in cards and tables; each element also holds the exact value."""

from html import escape

from twin.plan.wording import rest_of, written


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
    caption = f"<caption>{escape(caption)}</caption>" if caption else ""
    kinds = [' class="twin-words"' if column in text else "" for column in range(len(heads))]
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in zip(kinds, heads, strict=True))
    body = "".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return f'<div class="twin-scroll"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


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
