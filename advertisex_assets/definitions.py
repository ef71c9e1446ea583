"""The composition root: every asset, sensor and resource that Dagster sees; feeds and marts are found, not listed."""

import warnings

from dagster import BetaWarning, Definitions, in_process_executor

from advertisex_assets.bronze.assets import bronze_asset
from advertisex_assets.gold.assets import gold_asset
from advertisex_assets.gold.data_driven_asset import data_driven_asset
from advertisex_assets.gold.finality_assets import day_status_asset, published_asset
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.reference.assets import reference_assets
from advertisex_assets.report.asset import report_asset
from advertisex_assets.serving.assets import KEY as SERVING_KEY
from advertisex_assets.serving.assets import serving_asset, waiting_to_be_served
from advertisex_assets.silver.assets import silver_assets
from advertisex_assets.silver.invalid_traffic_asset import KEY as INVALID_TRAFFIC_KEY
from advertisex_assets.silver.invalid_traffic_asset import invalid_traffic_asset
from advertisex_assets.transforms.enrich.websites import registrable_domain
from advertisex_assets.upkeep.assets import upkeep_assets, upkeep_schedule
from advertisex_assets.waiting import days_to_finalise, gold_keys, silver_keys, waiting_work
from advertisex_assets.watch.pruning import pruning_asset
from advertisex_assets.watching import watch_sensors
from resources.code import code_version
from resources.dagster_world import World
from schemas.discover import all_feeds
from sensors.arrivals import arrivals_sensor
from sensors.schedules import finality_schedule, reports_schedule
from sensors.serving import serving_sensor
from sensors.touched_dates import touched_dates_sensor


def build() -> Definitions:
    """The definitions of this project."""
    # Partition mappings and backfill policies are marked beta; they are tested here, and pinned.
    warnings.filterwarnings("ignore", category=BetaWarning)
    feeds = all_feeds()
    refreshed = [*(key for feed in feeds for key in silver_keys(feed)), INVALID_TRAFFIC_KEY, *gold_keys()]
    return Definitions(
        assets=[
            *(bronze_asset(feed) for feed in feeds),
            reference_assets(),
            *(silver_assets(feed) for feed in feeds),
            invalid_traffic_asset(),
            *(gold_asset(mart) for mart in MARTS),
            *upkeep_assets(),
            pruning_asset(),
            serving_asset(),
            data_driven_asset(),
            published_asset(),
            day_status_asset(),
            report_asset(),
        ],
        sensors=[
            *(arrivals_sensor(feed) for feed in feeds),
            touched_dates_sensor(waiting_work, refreshed),
            *watch_sensors(),
            serving_sensor(SERVING_KEY, waiting_to_be_served),
        ],
        schedules=[upkeep_schedule(), finality_schedule(days_to_finalise), reports_schedule()],
        resources={"world": World()},
        # One process a run: a micro-batch is over before a second process has started.
        executor=in_process_executor,
    )


def before_forks() -> None:
    """Makes what each run would make again, in the process that runs are forked from; no thread may begin here."""
    defs.get_repository_def().get_all_jobs()
    registrable_domain("example.com")
    code_version()


defs = build()
