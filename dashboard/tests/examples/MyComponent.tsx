/** The contract's example component; only its import names where the hooks are. */
import { useDriftAlerts, useSSE } from "../../src/api/sse";

export function MyComponent() {
  const { isConnected, events } = useSSE();
  const { driftAlerts, clearAlerts } = useDriftAlerts();

  return (
    <div>
      <div>Stream: {isConnected ? "Active" : "Inactive"}</div>
      <ul>
        {driftAlerts.map((drift) => (
          <li key={drift.id}>
            {drift.severity}: {drift.resource_type}
          </li>
        ))}
      </ul>
    </div>
  );
}
