"""Read the YAML of a plan, within limits: what a plan holds is what is written in it."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from twin.data.text import visible

DEEPEST = 20  # most levels of lists and mappings inside each other
_LONGEST = 500  # longest reason in an error [character]


def load_yaml(path: Path) -> Any:
    """Return the content of a YAML file; raise ValueError if it is not YAML, or more than a plan may hold."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text in UTF-8") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a text like a date or a number that is none
        reason = " ".join(str(error).split()).replace('in "<unicode string>", ', "in ")
        raise ValueError(f"{path} is not YAML that a plan may hold: {visible(reason, _LONGEST)}") from None


class _Loader(yaml.SafeLoader):
    """A YAML loader for plans.

    It refuses a repeated key, whose first value would be lost silently; anchors and aliases, by which a few hundred
    bytes become gigabytes; tags; and deep nesting. The last three are noticed before anything of them is built.
    """

    depth = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        self._check(event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _check(self, event):
        name = getattr(event, "anchor", None)
        if name is not None:
            raise self._refusal(event, f"aliases are not allowed, so write out what &{visible(name)} stands for")
        if getattr(event, "tag", None) is not None:
            raise self._refusal(event, f"tags are not allowed, and {visible(event.tag)} is one")
        if self.depth >= DEEPEST:
            raise self._refusal(event, f"lists and mappings must be nested at most {DEEPEST} deep")

    def construct_mapping(self, node, deep=False):
        known = set()
        for key in (self.construct_object(key, deep=True) for key, _ in node.value):
            if isinstance(key, Hashable) and key in known:
                raise self._refusal(node, f"{visible(repr(key))} comes twice")
            if isinstance(key, Hashable):
                known.add(key)
        return super().construct_mapping(node, deep)

    def _refusal(self, where, text):
        return yaml.constructor.ConstructorError(None, None, text, where.start_mark)
