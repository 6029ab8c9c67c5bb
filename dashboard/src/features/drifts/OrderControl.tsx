/** Chooses the order of the open drifts. */
import type { DriftOrder } from "./selection";
import "./order-control.css";

const ORDERS: readonly { readonly order: DriftOrder; readonly label: string }[] = [
  { order: "danger", label: "Most dangerous" },
  { order: "time", label: "Newest" },
];

interface OrderControlProps {
  readonly order: DriftOrder;
  readonly onChange: (order: DriftOrder) => void;
}

export function OrderControl({ order: selected, onChange }: OrderControlProps) {
  return (
    <div className="tf-order" role="group" aria-label="Order of the open drifts">
      {ORDERS.map(({ order, label }) => (
        <button
          key={order}
          type="button"
          aria-pressed={order === selected}
          onClick={() => {
            onChange(order);
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
