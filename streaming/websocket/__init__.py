"""The WebSocket: the same feed as the event stream, with topics, queries and answers on one connection."""
