"""What the product knows of AWS's events, as data: one file a service, one schema, one loader."""

from tfdrift.catalog.loader import Catalog, InvalidCatalog, load_catalog

__all__ = ["Catalog", "InvalidCatalog", "load_catalog"]
