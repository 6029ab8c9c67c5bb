"""The streaming container's own settings, beside those that it shares with the other processes."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from streaming.client_limits import Network, parse_networks


class StreamingSettings(BaseSettings):
    """What the container is told by its environment; every name has the prefix ``TFDRIFT_``.

    Attributes
    ----------
    host, port
        Where the server listens.
    poll_seconds, idle_poll_seconds
        The wait between two reads of a shard that had records, and the longest one while it has none.
    follow_seconds, idle_follow_seconds
        The same for reads of the feed by the tasks that do not tail.
    lease_seconds
        How long a tailer may show no sign of life before another task takes over.
    discover_seconds
        How often the stream's shards are listed; a shard that ends is followed up at once.
    keep_alive_seconds
        The time between two keep-alive comments.
    heartbeat_seconds
        The time between two heartbeats of a WebSocket.
    stats_seconds
        The shortest time between two counts for those who watch the figures over a WebSocket.
    max_message_bytes
        The longest message that a WebSocket's client may send.
    retry_milliseconds
        How long a client is told to wait before it comes back.
    drain_seconds
        Over how long a stopping task ends its clients' streams, each at a random moment.
    write_timeout_seconds
        How long a client may take no bytes at all before it is disconnected.
    max_lag_events
        How far a client that had caught up may fall behind before it is disconnected.
    flush_milliseconds
        The shortest time between two writes to a client; what is published meanwhile goes out together.
    max_buffered_bytes
        What may wait in this task for clients that read slowly, in all; the fullest are dropped first.
    max_lifetime_seconds
        The longest life of a stream, which ends at a random moment of the second half; the client comes back.
    max_clients
        Streams at once in this task; more are answered 503.
    max_clients_per_address
        Streams at once from one address; more are answered 503.
    trusted_proxies
        Networks (CIDR, comma separated) of load balancers, whose X-Forwarded-For says the client's address.
    max_head_bytes, max_url_bytes, max_body_bytes
        The longest head of a request (431), its URL (414) and its body (413).
    request_seconds
        Within which a request has to arrive whole; a slower one is closed.
    ready_lag_seconds
        How old the last read of the feed, and of each shard, and how far behind the tailer may be while this
        task says that it is ready.
    metrics_host, metrics_port
        Where Prometheus reads the metrics; without a port they are not served.
    metrics_service
        The value of the dimension `service` of the metrics in CloudWatch: each deployment has its own.
    embedded_metrics_seconds
        The time between two reports of the metrics to the log, for CloudWatch; 0 for none.
    traces
        Whether this task tells X-Ray of the events that it commits, where functions stored them in a trace.
    ring_events, ring_bytes
        How much of the feed is kept in memory for clients that come back.
    feed_retention_hours
        How long the feed's history is kept in its table.
    log_level
        The least severe level that is logged.
    """

    model_config = SettingsConfigDict(env_prefix="TFDRIFT_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    poll_seconds: float = Field(default=0.05, gt=0, le=60)
    idle_poll_seconds: float = Field(default=0.25, gt=0, le=60)
    follow_seconds: float = Field(default=0.05, gt=0, le=60)
    idle_follow_seconds: float = Field(default=0.25, gt=0, le=60)
    lease_seconds: float = Field(default=6.0, gt=0, le=300)
    discover_seconds: float = Field(default=10.0, gt=0, le=600)
    keep_alive_seconds: float = Field(default=30.0, gt=0, le=3_600)
    heartbeat_seconds: float = Field(default=60.0, gt=0, le=3_600)
    stats_seconds: float = Field(default=5.0, gt=0, le=3_600)
    max_message_bytes: int = Field(default=16_384, ge=1_024, le=1_048_576)
    retry_milliseconds: int = Field(default=3_000, ge=0)
    drain_seconds: float = Field(default=2.0, ge=0, le=100)
    write_timeout_seconds: float = Field(default=20.0, gt=0, le=600)
    max_lag_events: int = Field(default=5_000, ge=1)
    flush_milliseconds: int = Field(default=15, ge=0, le=1_000)
    max_buffered_bytes: int = Field(default=256 * 1024 * 1024, ge=1_048_576)
    max_lifetime_seconds: float = Field(default=7_200.0, gt=0, le=86_400)
    max_clients: int = Field(default=10_000, ge=1)
    max_clients_per_address: int = Field(default=1_000, ge=1)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    max_head_bytes: int = Field(default=32 * 1024, ge=1_024)
    max_url_bytes: int = Field(default=8 * 1024, ge=256)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1_024)
    request_seconds: float = Field(default=10.0, gt=0, le=600)
    ready_lag_seconds: float = Field(default=30.0, gt=0, le=3_600)
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    metrics_service: str = Field(default="tfdrift-stream", pattern=r"^[a-z][a-z0-9-]{0,63}$")
    embedded_metrics_seconds: float = Field(default=0.0, ge=0, le=3_600)
    traces: bool = False
    ring_events: int = Field(default=10_000, ge=1)
    ring_bytes: int = Field(default=32 * 1024 * 1024, ge=1)
    feed_retention_hours: int = Field(default=168, ge=1, le=8_760)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return parse_networks(value.split(",")) if isinstance(value, str) else value
