"""Arguments and options that several commands have."""

from __future__ import annotations

import click

from foedus.usage import ScenarioFile, Setting

scenario_argument = click.argument("path", metavar="SCENARIO", type=ScenarioFile())
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
set_option = click.option(
    "--set", "pairs", type=Setting(), multiple=True, help="Give a parameter or constant another value."
)
threads_option = click.option(
    "--threads", type=click.IntRange(1), help="How many threads to use (all cores); results are the same."
)
arrangement_option = click.option("--arrangement", "-a", required=True, help="The arrangement.")
seed_option = click.option("--seed", type=click.IntRange(0), help="The seed of the worlds (0).")
