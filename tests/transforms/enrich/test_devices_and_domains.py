"""User agents and websites become what analysts group by; what cannot be told is null."""

import polars as pl
import pytest
from crawleruseragents import is_crawler

from advertisex_assets.transforms.enrich.user_agents import described
from advertisex_assets.transforms.enrich.websites import registrable_domain

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36": (
        "Chrome",
        "Windows",
        "desktop",
    ),
    f"Mozilla/5.0 (Linux; Android 15; Pixel 8) {WEBKIT} Chrome/139.0.0.0 Mobile Safari/537.36": (
        "Chrome Mobile",
        "Android",
        "mobile",
    ),
    f"Mozilla/5.0 (Linux; Android 15; SM-X716B) {WEBKIT} Chrome/139.0.0.0 Safari/537.36": (
        "Chrome",
        "Android",
        "tablet",
    ),
    f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/120.0.0.0 Safari/537.36": ("Chrome", "Web0S", "ctv"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1": ("Mobile Safari", "iOS", "mobile"),
    "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 "
    "Mobile/15E148 Safari/604.1": ("Mobile Safari", "iOS", "tablet"),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": ("Googlebot", None, "bot"),
    "python-requests/2.32.3": ("Python Requests", None, "bot"),
    "something of our own": (None, None, None),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_user_agent_tells_browser_system_and_kind_of_device(agent: str) -> None:
    row = described(pl.Series([agent])).row(0, named=True)
    assert (row["browser"], row["os"], row["device_class"]) == AGENTS[agent]
    assert row["is_bot"] == (AGENTS[agent][2] == "bot")


def test_bots_are_those_of_the_list_as_its_own_package_reads_it() -> None:
    """The list's patterns run on another engine here; no person's browser is among them."""
    agents = [*AGENTS, "CUBOT X18 Mozilla/5.0 (Linux; Android 9)", "curl/8.9.1", "AHREFSBOT", ""]
    found = dict(described(pl.Series(agents)).select("user_agent", "is_bot").iter_rows())
    assert {agent for agent in agents if is_crawler(agent)} <= {
        agent for agent, is_bot in found.items() if is_bot
    }
    assert not found["CUBOT X18 Mozilla/5.0 (Linux; Android 9)"]


DOMAINS = {
    "https://www.news.co.uk/sport?x=1": "news.co.uk",
    "News.Example.COM:8080": "example.com",
    "shop.example.de": "example.de",
    "com.publisher.puzzle": None,
    "news-1.example": None,
    "192.0.2.7": None,
    "Premium Sports Network": None,
    "localhost": None,
}


@pytest.mark.parametrize("website", DOMAINS)
def test_a_website_tells_its_registrable_domain(website: str) -> None:
    assert registrable_domain(website) == DOMAINS[website]
