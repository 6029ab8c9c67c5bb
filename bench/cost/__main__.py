"""``python -m bench.cost``: prints the tables of docs/cost.md."""

from bench.cost import read
from bench.cost.report import tables

if __name__ == "__main__":
    print(tables(read()))
