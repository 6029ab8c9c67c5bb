"""``python -m bench.cost``: prints the tables of docs/cost.md."""

from bench.cost import read
from bench.cost.report import price_table, tables

if __name__ == "__main__":
    usage = read()
    print(tables(usage), price_table(usage), sep="\n\n")
