/** What all users of one socket want together: the server knows one filter a topic. */
import type { EventFilters } from "./filters";
import type { Topic, Wanted } from "./socket-messages";

/** Returns each topic with a filter that lets through all that anybody wants of it; each drops the rest. */
export function wantedTogether(users: Iterable<Wanted>): Wanted {
  const together = new Map<Topic, EventFilters>();
  for (const user of users) {
    for (const [topic, filters] of user) {
      const others = together.get(topic);
      together.set(topic, others === undefined ? filters : widest(others, filters));
    }
  }
  return together;
}

function widest(one: EventFilters, other: EventFilters): EventFilters {
  const severity = either(one.severity, other.severity);
  const resourceType = either(one.resource_type, other.resource_type);
  return {
    ...(severity && { severity }),
    ...(resourceType && { resource_type: resourceType }),
  };
}

/** No filter lets everything through. */
function either<Value extends string>(
  one: Value | readonly Value[] | undefined,
  other: Value | readonly Value[] | undefined,
): readonly Value[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  return [...new Set([one, other].flat() as readonly Value[])].sort();
}
