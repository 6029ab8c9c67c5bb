/** One module with its resources and the modules within it; those with drift are open at first. */
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { ownName } from "./tree";
import type { Branch, Leaf } from "./tree";

/** More in one module are folded away: a page of ten thousand buttons would answer slowly. */
const SHOWN = 200;

interface ModuleTreeProps {
  readonly branch: Branch;
  readonly chosen: string | null;
  readonly onChoose: (address: string) => void;
}

export function ModuleTree({ branch, chosen, onChoose }: ModuleTreeProps) {
  const leaves = branch.leaves.toSorted((a, b) => b.drifts.length - a.drifts.length);
  return (
    <ul className="tf-tree">
      {branch.branches.map((below) => (
        <li key={below.name}>
          <details className="tf-fold" open={below.drifts > 0}>
            <summary>
              <span className="tf-mono">{below.name}</span>{" "}
              <span className="tf-quiet">
                ({below.resources} resources{below.drifts > 0 && `, ${below.drifts} drifts`})
              </span>
              {below.severity !== null && <SeverityBadge severity={below.severity} />}
            </summary>
            <ModuleTree branch={below} chosen={chosen} onChoose={onChoose} />
          </details>
        </li>
      ))}
      {leaves.slice(0, SHOWN).map((leaf) => (
        <LeafView
          key={leaf.resource.address}
          leaf={leaf}
          isChosen={leaf.resource.address === chosen}
          onChoose={onChoose}
        />
      ))}
      {leaves.length > SHOWN && <li className="tf-quiet">and {leaves.length - SHOWN} more</li>}
    </ul>
  );
}

interface LeafViewProps {
  readonly leaf: Leaf;
  readonly isChosen: boolean;
  readonly onChoose: (address: string) => void;
}

function LeafView({ leaf: { resource, drifts }, isChosen, onChoose }: LeafViewProps) {
  const [first] = drifts;
  return (
    <li>
      <button
        type="button"
        className="tf-leaf"
        aria-current={isChosen}
        data-address={resource.address}
        onClick={() => {
          onChoose(resource.address);
        }}
      >
        <span className="tf-mono">{ownName(resource.address)}</span>
        {first !== undefined && <SeverityBadge severity={first.severity} />}
        {drifts.length > 1 && <span className="tf-quiet">{drifts.length} drifts</span>}
      </button>
    </li>
  );
}
