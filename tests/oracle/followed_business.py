"""A business that is built in increments, and what its tables must hold after each of them.

What has been loaded is recorded beside it: a file is what it was when a build read it, and its
lines are judged by the seeds of that build. What happens to a file later counts from the next full
refresh of bronze, or from the next build that finds other seeds: that one reads again all files
that are still there.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import duckdb

from tests.oracle.adversarial import (
    MODELS,
    Build,
    ChangeSeeds,
    Delete,
    Interrupted,
    Land,
    LandDecisions,
    Rename,
    Step,
)
from tests.oracle.comparison import differences, found_tables
from tests.oracle.oracle import LoadedFile, Seeds, all_tables, has_lines, is_landed_file
from tests.support.dbt_worker import RUN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.business import Business


@dataclass
class FollowedBusiness:
    """A business and an account of what it has loaded.

    Attributes
    ----------
    business
        The business itself.
    template
        A warehouse in which everything was built before anything landed.
    all_seeds, seeds
        The seeds of the project, and what is left of them now.
    loaded
        The files as they were when they were read.
    decided
        The files of decisions, likewise.
    streamed
        The compressed files that have been unpacked; others wait.
    judged_by
        The seeds of the last build of bronze.
    comparisons
        How often all tables were compared.
    interruptions
        How often a build was interrupted, by what came of it.
    """

    business: Business
    template: Path
    all_seeds: Seeds
    seeds: Seeds
    loaded: dict[str, LoadedFile] = field(default_factory=dict)
    decided: dict[str, LoadedFile] = field(default_factory=dict)
    streamed: set[str] = field(default_factory=set)
    judged_by: Seeds | None = None
    comparisons: int = 0
    interruptions: Counter[str] = field(default_factory=Counter)

    @classmethod
    def empty(cls, business: Business, seeds: Seeds) -> FollowedBusiness:
        """Return one in which nothing has landed and everything is built."""
        template = business.worker.empty_warehouse()
        shutil.copy(template, business.data / "caspers.duckdb")
        return cls(business, template, seeds, seeds, judged_by=seeds)

    def run(self, steps: Sequence[Step]) -> None:
        """Take one step after the other; fail at the first build that leaves a wrong row."""
        for number, step in enumerate(steps, start=1):
            found = self.take(step)
            assert found == "", "\n".join(
                [
                    found,
                    "after these steps:",
                    *(f"  {step_text(taken)}" for taken in steps[:number]),
                ]
            )

    def take(self, step: Step) -> str:
        """Take a step and return what differs after it; nothing where not all models were built."""
        landing = self.business.landing
        if isinstance(step, Land):
            (landing / step.name).write_bytes(step.content)
        elif isinstance(step, LandDecisions):
            self.business.land_decisions(step.name, step.content)
        elif isinstance(step, Delete):
            (landing / step.name).unlink()
        elif isinstance(step, Rename):
            (landing / step.name).rename(landing / step.new_name)
        elif isinstance(step, ChangeSeeds):
            self._change_seeds(step)
        elif isinstance(step, Interrupted):
            return self._interrupted(step)
        else:
            return self._build(step)
        return ""

    def _change_seeds(self, step: ChangeSeeds) -> None:
        """Load the seeds without what has left them, as `dbt seed` would."""
        locations, items = self.all_seeds.locations, self.all_seeds.items
        self.seeds = replace(
            self.all_seeds,
            locations=[row for row in locations if int(row["location_id"]) not in step.kitchens],
            items=[row for row in items if int(row["id"]) not in step.items],
        )
        gone = {"locations": ("location_id", step.kitchens), "items": ("id", step.items)}
        with duckdb.connect(str(self.business.data / "caspers.duckdb")) as connection:
            connection.execute(f"attach '{self.template}' as template (read_only)")
            for table, (key, values) in gone.items():
                connection.execute(f"delete from simulator.{table}")
                connection.execute(
                    f"insert into simulator.{table} select * from template.simulator.{table} "
                    f"where not list_contains($1, {key})",
                    [sorted(values)],
                )

    def _build(self, step: Build) -> str:
        """Build, keep account of what was loaded, and compare where every model was built."""
        results = self.business.dbt(*RUN, *step.arguments)["results"]
        built = models_in(results)
        if "streamed_lines" in built:
            self.streamed |= {file.name for file in self.business.landing.glob("*.gz")}
        if "landed_lines" in built:
            self._load(refresh="--full-refresh" in step.arguments)
        self._ask_what_was_decided()
        return self._compare(built)

    def _interrupted(self, step: Interrupted) -> str:
        """Build until an interruption; retry, and compare, if that is what follows."""
        bronze = self._last_load()
        answer = self.business.worker.run(
            self.business.data,
            # With its artifacts, because a retry reads them.
            [*(word for word in RUN if word != "--no-write-json"), *step.arguments],
            interruption={
                "statement": step.statement,
                "by": "error" if step.retried else "kill",
            },
        )
        built = models_in(answer["results"])
        self._ask_what_was_streamed()
        # A killed build says nothing; one that failed may have failed after bronze was stored.
        if self._last_load() != bronze or "landed_lines" in built:
            self._load(refresh="--full-refresh" in step.arguments)
        if answer["success"]:
            self.interruptions["came after the end"] += 1
        elif not step.retried:
            self.interruptions["killed"] += 1
        elif any(status in ("error", "skipped") for status in answer["results"].values()):
            self.interruptions["failed, then retried"] += 1
            retried = models_in(self.business.dbt("retry")["results"])
            self._ask_what_was_streamed()
            if "landed_lines" in retried:
                self._load(refresh="--full-refresh" in step.arguments)
            built |= retried
        else:
            self.interruptions["failed before the first model or after the last"] += 1
        self._ask_what_was_decided()
        return self._compare(built)

    def _ask_what_was_streamed(self) -> None:
        """Note what an interrupted build has unpacked before its end."""
        rows = self.business.query("select distinct file from lakeflow.streamed_lines")
        self.streamed |= {file for (file,) in rows}

    def _ask_what_was_decided(self) -> None:
        """Note which files of decisions have been read: none of them ever changes."""
        rows = self.business.query("select distinct file from lakeflow.landed_decisions")
        for (file,) in rows:
            content = (self.business.decisions / file).read_bytes()
            self.decided[file] = LoadedFile(file, content, self.seeds)

    def _last_load(self) -> object:
        """Return what tells one state of bronze from another."""
        return self.business.query(
            "select max(load_number), count(*), max(loaded_at) from lakeflow.landed_lines"
        )

    def _compare(self, built: set[str]) -> str:
        """Compare all tables with the oracle where every model was built."""
        if not built.issuperset(MODELS):
            return ""
        self.comparisons += 1
        landed = {
            file.name for file in self.business.decisions.glob("*.jsonl") if file.stat().st_size
        }
        assert landed <= self.decided.keys()
        expected = all_tables(self.loaded.values(), self.seeds, decided=self.decided.values())
        return differences(found_tables(self.business), expected)

    def _load(self, *, refresh: bool) -> None:
        """Note which files a build of bronze has read."""
        if refresh:
            self.loaded.clear()
        read_again = self.judged_by not in (None, self.seeds)
        self.judged_by = self.seeds
        for file in self.business.landing.iterdir():
            is_new = read_again or file.name not in self.loaded
            waits = file.name.endswith(".gz") and file.name not in self.streamed
            if is_landed_file(file.name) and is_new and not waits:
                read = LoadedFile(file.name, file.read_bytes(), self.seeds)
                if has_lines(read):
                    self.loaded[file.name] = read


def models_in(results: dict[str, str]) -> set[str]:
    """Return the names of the models that a run has built."""
    return {
        node.rsplit(".", 1)[-1]
        for node, status in results.items()
        if node.startswith("model.") and status == "success"
    }


def step_text(step: Step) -> str:
    """Return a step in a line."""
    if isinstance(step, Land | LandDecisions):
        return f"land {step.name} ({len(step.content.splitlines())} lines)"
    if isinstance(step, Delete):
        return f"delete {step.name}"
    if isinstance(step, Rename):
        return f"rename {step.name} to {step.new_name}"
    if isinstance(step, ChangeSeeds):
        return f"without items {sorted(step.items)} and kitchens {sorted(step.kitchens)}"
    if isinstance(step, Interrupted):
        how = "fails and is retried" if step.retried else "is killed"
        return " ".join(["build", *step.arguments, f"that {how} at statement {step.statement}"])
    return " ".join(["build", *step.arguments])
