"""The workflows, the action, and the jobs in docs/ci.md, as data."""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Loader(yaml.SafeLoader):
    """YAML 1.2, as the consumers read it: `on` is a word and not true."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load(text):
    return yaml.load(text, Loader)


def blocks(language):
    """The code blocks of docs/ci.md in this language, in their order."""
    text = (ROOT / "docs/ci.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def documented(key):
    """The YAML blocks of docs/ci.md that have this key at their top."""
    return [text for text in blocks("yaml") if key in load(text)]


def workflows():
    """The text of every GitHub workflow, by where it is."""
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    found = {str(path.relative_to(ROOT)): path.read_text() for path in files}
    for i, text in enumerate(documented("jobs"), 1):
        found[f"docs/ci.md, workflow {i}"] = text
    return found


def action():
    return (ROOT / "action.yml").read_text()


def gitlab():
    return documented("bench")[0]


def kubernetes():
    return documented("apiVersion")[0]
