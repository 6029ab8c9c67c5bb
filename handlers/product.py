"""The product's use cases, made once for each execution environment and on the first invocation."""

from functools import cache

from tfdrift.bootstrap import Product


@cache
def product() -> Product:
    """Return the use cases, wired as the environment says."""
    return Product.from_environment()
