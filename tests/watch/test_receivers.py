"""What leaves is what each vendor accepts: through the front door, from a configuration file, to real receivers."""

import hashlib
import hmac

import pytest

from advertisex_assets.watch.alerts import Alerts
from resources.alerts.config import AlertConfigError, load_alert_config
from resources.lake import Lake
from schemas.alerts.incident import Impact
from tests.real.processes import free_port
from tests.real.requirements import REPOSITORY
from tests.watch.problems import problem
from tests.watch.receivers import http_receiver
from tests.watch.servers import active_alerts, alertmanager, mail_server
from tests.watch.vendor_rules import ALERTMANAGER, PAGERDUTY, SLACK


@pytest.fixture
def server():
    with http_receiver() as server:
        yield server


@pytest.fixture
def make(tmp_path):
    def alerts(receivers: str) -> Alerts:
        path = tmp_path / "alerts.toml"
        path.write_text(
            f'runbooks = "https://example.com/repo"\n[receivers]\n{receivers}\n[[routes]]\nreceivers = ["x"]'
        )
        return Alerts(Lake(str(tmp_path / "lake")), load_alert_config(path))

    return alerts


def whole_life(alerts):
    """An incident is opened, acknowledged and resolved; every step is delivered."""
    [incident] = alerts.report([problem(summary="<b>impressions</b> & more " + "x" * 5000)])
    sent = alerts.deliver()
    alerts.acknowledge(incident.incident_id, "ann", "On it.")
    sent += alerts.deliver()
    alerts.resolve(incident.incident_id, "ann", "Done.")
    sent += alerts.deliver()
    assert [one.error for one in sent] == ["", "", ""], alerts.undelivered()
    return incident


def test_pagerduty_triggers_acknowledges_and_resolves_by_one_key(make, server):
    key = "0123456789abcdef0123456789abcdef"
    incident = whole_life(make(f'x = {{type = "pagerduty", url = "{server.url}", secret = "{key}"}}'))
    events = [PAGERDUTY.validate_json(request.body) for request in server.requests]
    assert [event.event_action for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {event.dedup_key for event in events} == {incident.incident_id}
    assert {event.routing_key for event in events} == {key}
    assert any("runbooks/data-stale.md" in str(link.href) for link in events[0].links)


def test_slack_gets_blocks_it_accepts(make, server):
    whole_life(make(f'x = {{type = "slack", url = "{server.url}/services/T0/B0/secret"}}'))
    messages = [SLACK.validate_json(request.body) for request in server.requests]
    assert len(messages) == 3
    text = messages[0].attachments[0].blocks[1].text.text
    assert text.startswith("&lt;b&gt;impressions&lt;/b&gt; &amp; more")
    assert messages[0].attachments[0].color != messages[2].attachments[0].color


def test_a_webhook_knows_that_we_sent_it(make, server):
    whole_life(make(f'x = {{type = "webhook", url = "{server.url}", secret = "s3cret"}}'))
    for request in server.requests:
        stamp, given = (
            part.partition("=")[2] for part in request.headers["x-advertisex-signature"].split(",")
        )
        expected = hmac.new(b"s3cret", f"{stamp}.".encode() + request.body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(given, expected)
    assert len({request.headers["x-advertisex-delivery"] for request in server.requests}) == 3
    [incident] = server.requests[0].json["incidents"]
    assert incident["impact"] == {"rows": 12345, "amount_micros": 1234560000, "currency": "USD"}
    assert incident["likely_cause"] and incident["since"] and incident["link"] and incident["runbook"]


def test_alertmanager_gets_alerts_it_accepts(make, server):
    whole_life(make(f'x = {{type = "alertmanager", url = "{server.url}/"}}'))
    assert {request.path for request in server.requests} == {"/api/v2/alerts"}
    [[fired], [ended]] = [ALERTMANAGER.validate_json(request.body) for request in server.requests]
    assert fired.labels == ended.labels and fired.endsAt > ended.endsAt > ended.startsAt


@pytest.mark.real
def test_a_real_alertmanager_fires_and_resolves(make, tmp_path):
    with alertmanager(tmp_path) as url:
        alerts = make(f'x = {{type = "alertmanager", url = "{url}"}}')
        [incident] = alerts.report([problem()])
        assert [one.error for one in alerts.deliver()] == [""]
        [shown] = active_alerts(url)
        assert shown["labels"]["alertname"] == "AdvertiseX_data_stale"
        assert "13:58" in shown["annotations"]["summary"]
        alerts.resolve(incident.incident_id, "ann")
        assert [one.error for one in alerts.deliver()] == [""]
        assert active_alerts(url) == []


def test_mail_arrives_with_what_to_do(make):
    with mail_server() as (port, letters):
        url = f"mailto://alerts@example.com:{port}?smtp=127.0.0.1&to=ann@example.com&mode=insecure"
        alerts = make(f'x = {{type = "apprise", url = "{url}"}}')
        alerts.report([problem(impact=Impact(rows=7))])
        assert [one.error for one in alerts.deliver()] == [""]
    [(recipients, content)] = letters
    assert recipients == ["ann@example.com"]
    for part in ("Data is late: impressions", "7 records", "Likely cause", "runbooks/data-stale.md"):
        assert part in content


def test_a_mail_server_that_is_away_is_tried_again(make):
    alerts = make(
        f'x = {{type = "apprise", url = "mailto://a@b.example:{free_port()}?smtp=127.0.0.1&to=c@d.example&mode=insecure"}}'
    )
    alerts.report([problem()])
    assert alerts.deliver()[0].error and len(alerts.undelivered()) == 1


def test_secrets_can_stay_in_files_and_never_show(make, server, tmp_path):
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    server.status = 500
    alerts = make(f'x = {{type = "pagerduty", url = "{server.url}/hidden", secret_file = "{tmp_path}/key"}}')
    alerts.report([problem()])
    [tried] = alerts.deliver()
    assert server.requests[0].json["routing_key"] == "0123456789abcdef0123456789abcdef"
    assert "hidden" not in tried.error


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[routes]]\nreceivers = ["nobody"]', "nobody"),
        ('[receivers]\nx = {type = "slack"}', "needs a url"),
        ('[receivers]\nx = {type = "pigeon", url = "u"}', "pigeon"),
        ('[receivers]\nx = {type = "webhook", url = "u"}', "secret"),
        ("[[routes]]\nreceivers = []", "at least 1"),
        ("not toml", "alerts.toml"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path, text, says):
    path = tmp_path / "alerts.toml"
    path.write_text(text)
    with pytest.raises(AlertConfigError, match=says):
        load_alert_config(path)


def test_the_example_file_is_valid():
    config = load_alert_config(REPOSITORY / "deploy/alerts.example.toml")
    assert {one.name for one in config.receivers} >= {"team-chat", "on-call", "ticketing"}
    assert len(config.routing.routes) == 3
