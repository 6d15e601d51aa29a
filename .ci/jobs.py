"""Runs every shell line of the workflows, the action, and the jobs in docs/ci.md.

As a runner would, but for three things: `rustup` is a stand-in, as it would change the toolchain of
this machine; actions of others are left out, but for artifacts, which are copied; and the profile is
a tiny one.
"""

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

import documents
from documents import ROOT
from expressions import fill, holds

TINY = ROOT / ".ci/tiny.toml"

RUSTUP = """#!/usr/bin/env bash
[ "$*" = "toolchain install stable --profile minimal --no-self-update" ] && exit
echo "rustup $*: not what the workflows are known to call" >&2
exit 1
"""


class Runner:
    """A machine with a checkout: its files, its variables, and what steps leave for each other."""

    def __init__(self, folder, workspace=ROOT):
        self.folder = folder
        self.workspace = workspace
        self.artifacts = folder / "artifacts"
        self.summary = self.file("summary")
        self.steps = {}
        self.path = [self.program("rustup", RUSTUP)]
        (folder / "temp").mkdir(exist_ok=True)

    def file(self, name):
        path = self.folder / name
        path.write_text("")
        return path

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return str(path.parent)

    def job(self, steps, contexts, variables=None):
        """Runs a job's steps to the end, or to the first that fails."""
        for step in steps:
            known = {**contexts, "steps": self.steps}
            if not holds(step.get("if", "true"), known):
                raise SystemExit(f"{step}: left out")
            if "run" in step:
                self.run(step, known, variables or {})
            else:
                self.use(step, known)

    def run(self, step, contexts, variables):
        output, path = self.file("output"), self.file("path")
        environment = {
            "GITHUB_OUTPUT": output,
            "GITHUB_PATH": path,
            "GITHUB_STEP_SUMMARY": self.summary,
            "GITHUB_WORKSPACE": self.workspace,
            "RUNNER_TEMP": self.folder / "temp",
            "WAITMARK_PROFILE": TINY,
            **variables,
            **{name: fill(value, contexts) for name, value in step.get("env", {}).items()},
        }
        flags = ["--noprofile", "--norc", "-eo", "pipefail"] if "shell" in step else ["-e"]
        shell(step["run"], environment, self.workspace, self.path, ["bash", *flags])
        self.path[:0] = path.read_text().split()
        if "id" in step:
            lines = [line.partition("=") for line in output.read_text().splitlines()]
            self.steps[step["id"]] = {"outputs": {name: value for name, _, value in lines}}

    def use(self, step, contexts):
        """What artifacts' actions do; a checkout is there already."""
        action = step["uses"].partition("@")[0]
        given = {name: fill(value, contexts) for name, value in step.get("with", {}).items()}
        if action == "actions/upload-artifact":
            self.keep(given["name"], given["path"].split())
        elif action == "actions/download-artifact":
            for artifact in self.artifacts.glob(given["pattern"]):
                to = self.workspace / given["path"] / artifact.name
                shutil.copytree(artifact, to, dirs_exist_ok=True)
        elif action != "actions/checkout":
            raise SystemExit(f"{action}: there is no stand-in for it")

    def keep(self, name, paths):
        for path in paths:
            found = self.workspace / path
            if not found.exists():
                raise SystemExit(f"artifact {name}: there is no {path}")
            to = self.artifacts / name / found.name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(found, to) if found.is_dir() else shutil.copy(found, to)


def shell(script, variables, folder, path, command):
    started = time.monotonic()
    print(f"\n-- {script.strip()}", flush=True)
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    environment["PATH"] = os.pathsep.join([*path, os.environ["PATH"]])
    done = subprocess.run([*command, "-c", script], env=environment, cwd=folder)
    print(f"-- {time.monotonic() - started:.0f} s, exit code {done.returncode}", flush=True)
    if done.returncode:
        raise SystemExit(done.returncode)


def check(condition, what):
    if not condition:
        raise SystemExit(f"not so: {what}")


def pull_request(folder):
    """The workflow of pull requests: this work tree against the commit that it is of."""
    workflow = documents.load((ROOT / ".github/workflows/bench.yml").read_text())
    base = workflow["jobs"]["compare"]["steps"][2]["env"]["BASE"]
    check(fill(base, {}) == "HEAD^1", f"{base} is a merge's base")
    runner = Runner(folder)
    runner.job(workflow["jobs"]["compare"]["steps"], {"inputs": {"base": "HEAD"}})
    kept = sorted(path.name for path in (runner.artifacts / "bench").iterdir())
    check(kept == ["record.json", "report"], f"{kept} is what a pull request leaves")
    check(runner.summary.stat().st_size > 0, "the job has a summary")


def action(folder):
    """The action, as the repository of a runtime's part uses it on its own checkout."""
    workspace = folder / "workspace"
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    version = next(package["version"] for package in locked if package["name"] == "async-io")
    home = os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")
    (source,) = glob.glob(f"{home}/registry/src/*/async-io-{version}")
    shutil.copytree(source, workspace)
    given = {"package": "async-io", "versions": f"{version}\n.", "filters": "fan_out/smol"}
    given |= {"strict": "false", "floor": "60", "profile": "tiny.toml"}
    shutil.copy(TINY, workspace)
    text = documents.load(documents.action())
    defaults = {name: one.get("default", "") for name, one in text["inputs"].items()}
    check(set(given) <= set(defaults), "the action has these inputs")
    runner = Runner(folder, workspace)
    contexts = {"inputs": defaults | given}
    runner.job(text["runs"]["steps"], contexts, {"GITHUB_ACTION_PATH": ROOT})
    for name, output in text["outputs"].items():
        path = fill(output["value"], {"steps": runner.steps})
        check(path and pathlib.Path(path).exists(), f"output {name} is {path}")
    check(runner.summary.stat().st_size > 0, "the job has a summary")


def gitlab(folder):
    job = documents.load(documents.gitlab())["bench"]
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": head.stdout.strip(), "WAITMARK_PROFILE": TINY}
    shell("\n".join(job["script"]), variables, ROOT, [], ["bash", "-e"])
    for path in job["artifacts"]["paths"]:
        check((ROOT / path).exists(), f"{path} is there")


def matrix(folder):
    """The workflow of shards, one after the other on one runner."""
    (text,) = [text for text in documents.documented("jobs") if "matrix" in text]
    jobs = documents.load(text)["jobs"]
    runner = Runner(folder)
    for shard in jobs["measure"]["strategy"]["matrix"]["shard"]:
        runner.job(jobs["measure"]["steps"], {"matrix": {"shard": shard}})
    shutil.rmtree(ROOT / "target/records", ignore_errors=True)
    runner.job(jobs["merge"]["steps"], {})


def kubernetes(folder):
    """The indexed job, an index after the other."""
    spec = documents.load(documents.kubernetes())["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    check(int(variables["SHARDS"]) == spec["completions"], "there is an index a shard")
    variables |= {"RECORDS": folder, "WAITMARK_PROFILE": TINY}
    (script,) = container["args"]
    for index in range(spec["completions"]):
        variables["JOB_COMPLETION_INDEX"] = index
        shell(script, variables, ROOT, [], container["command"][:1] + ["-eu"])
    return variables


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in [pull_request, gitlab, action, matrix, kubernetes]:
            (folder / part.__name__).mkdir()
            left = part(folder / part.__name__)
        # The commands between the jobs, with what the last of them left.
        for script in documents.blocks("sh"):
            shell(script, left, ROOT, [], ["bash", "-e"])
        for text in documents.blocks("toml"):
            path = folder / "waitmark.toml"
            path.write_text(text)
            # Whether they hold is of no interest here: 3 is as good.
            gate = f"cargo waitmark gate --expectations {path} || [ $? = 3 ]"
            shell(gate, left, ROOT, [], ["bash", "-e"])


if __name__ == "__main__":
    sys.exit(main())
