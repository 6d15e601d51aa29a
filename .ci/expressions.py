"""GitHub's expressions, as far as this project's files use them.

A name that there is no value for is empty, as on GitHub; a function that is not known here is an
error, as what it gives would be a guess.
"""

import re

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\|\||&&|[!=]=|[!()]|[\w.-]+)")

# Asked in a step's `if`, when no step before it has failed.
FUNCTIONS = {"cancelled": False, "always": True, "success": True, "failure": False}


def fill(text, contexts):
    """The text with each of its expressions replaced by its value."""
    whole = r"\$\{\{(.*?)\}\}"
    return re.sub(whole, lambda match: shown(evaluate(match.group(1), contexts)), str(text))


def holds(condition, contexts):
    """Whether a step with this `if` runs."""
    inner = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", condition)
    return bool(evaluate(inner.group(1) if inner else condition, contexts))


def evaluate(text, contexts):
    tokens = tokens_of(text)
    value = either(tokens, contexts)
    if tokens:
        raise ValueError(f"{text!r}: {tokens[0]!r} is not understood")
    return value


def tokens_of(text):
    tokens, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if not match:
            raise ValueError(f"{text[position:]!r} is not understood")
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def either(tokens, contexts):
    value = both(tokens, contexts)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        other = both(tokens, contexts)
        value = value or other
    return value


def both(tokens, contexts):
    value = equal(tokens, contexts)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        other = equal(tokens, contexts)
        value = value and other
    return value


def equal(tokens, contexts):
    value = single(tokens, contexts)
    while tokens and tokens[0] in ("==", "!="):
        operator = tokens.pop(0)
        same = shown(value) == shown(single(tokens, contexts))
        value = same if operator == "==" else not same
    return value


def single(tokens, contexts):
    token = tokens.pop(0)
    if token == "!":
        return not single(tokens, contexts)
    if token == "(":
        value = either(tokens, contexts)
        tokens.pop(0)
        return value
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if tokens[:2] == ["(", ")"]:
        del tokens[:2]
        return FUNCTIONS[token]
    return looked_up(token, contexts)


def looked_up(name, contexts):
    if name in ("true", "false"):
        return name == "true"
    value = contexts
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return value


def shown(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
