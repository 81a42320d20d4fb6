"""All rules of forms that no pattern can tell: each yields the stands after its tokens, and none if it is not so."""

from twin.analyst._form_cases import Cases
from twin.analyst._form_comparisons import Comparisons
from twin.analyst._form_parts import Parts
from twin.analyst._form_values import Values


class Rules(Cases, Values, Comparisons, Parts):
    """Rules by name, in small letters; the words of a form name them in capitals."""
