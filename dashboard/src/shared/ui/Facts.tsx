/** Names and values beside each other; what has no value is left out. */
import "./facts.css";

export type Fact = readonly [label: string, value: string | null];

interface FactsProps {
  readonly facts: readonly Fact[];
  /** Whether they stand in a row, which wraps, instead of in columns. */
  readonly inRow?: boolean;
}

export function Facts({ facts, inRow = false }: FactsProps) {
  return (
    <dl className={inRow ? "tf-facts tf-facts-row" : "tf-facts"}>
      {facts.map(
        ([label, value]) =>
          value !== null && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
