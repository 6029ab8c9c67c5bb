"""Serves the built dashboard: hashed assets for good, its page always fresh and for every route of it."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

_ASSETS = "assets"
_API = "api"
_IMMUTABLE = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_PAGE = "index.html"

# The page's own <meta> policy cannot forbid that others frame it: only the header's frame-ancestors can.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_SECURITY_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class _DashboardFiles(StaticFiles):
    """Static files whose unknown paths are routes of the single page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or the page for a path that names no file and no part of the API."""
        folder = path.partition("/")[0]
        is_asset = folder == _ASSETS
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            is_route = folder not in {_ASSETS, _API} and not Path(path).suffix
            if error.status_code != 404 or not is_route:
                raise
            response = await super().get_response(_PAGE, scope)
        response.headers["Cache-Control"] = _IMMUTABLE if is_asset else _FRESH
        response.headers.update(_SECURITY_HEADERS)
        return response


def dashboard_app(directory: Path) -> ASGIApp:
    """Return the app that serves the dashboard's folder, compressed where the client can take it.

    Raises RuntimeError if there is no such folder.
    """
    return GZipMiddleware(_DashboardFiles(directory=directory, html=True), minimum_size=1024)
