"""No two modules, classes or public constants of the package have the same name."""

import ast
from collections import defaultdict

from house import modules, tree


def repeated(names_of):
    """Return the names that several modules define, each with its modules."""
    found = defaultdict(set)
    for module in modules():
        for name in names_of(tree(module)):
            found[name].add(module)
    return {name: sorted(places) for name, places in found.items() if len(places) > 1}


def classes(body):
    return [node.name for node in body.body if isinstance(node, ast.ClassDef)]


def constants(body):
    targets = [target for node in body.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in body.body if isinstance(node, ast.AnnAssign)]
    names = [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return [name for name in names if name.isupper() and not name.startswith("_")]


def test_classes_have_names_of_their_own():
    assert repeated(classes) == {}


def test_public_constants_have_names_of_their_own():
    assert repeated(constants) == {}


def test_modules_have_names_of_their_own():
    """Modules of commands are exempt: they have the names of commands, which other modules may share."""
    stems = defaultdict(list)
    for module, path in modules().items():
        if path.stem != "__init__" and not module.startswith("command."):
            stems[path.stem].append(module)
    assert {stem: found for stem, found in stems.items() if len(found) > 1} == {}
