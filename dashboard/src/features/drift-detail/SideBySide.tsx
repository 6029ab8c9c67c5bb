/** What Terraform has on the left, what AWS has on the right; documents and policies are compared by what they mean. */
import { useMemo } from "react";
import type { Json } from "../../api/types";
import { sideBySide } from "../../shared/diff/side-by-side";
import { diffValues } from "../../shared/diff/value-diff";

interface SideBySideProps {
  readonly expected: Json;
  readonly actual: Json;
}

export function SideBySide({ expected, actual }: SideBySideProps) {
  const diff = useMemo(() => diffValues(expected, actual), [expected, actual]);
  const rows =
    diff.kind === "lines"
      ? sideBySide(diff.lines)
      : [{ left: diff.before, right: diff.after, changed: true }];
  return (
    <table className="tf-sides">
      <thead>
        <tr>
          <th scope="col">Terraform has</th>
          <th scope="col">AWS has</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index} data-changed={row.changed}>
            <td>
              {row.left !== null && <code className={row.changed ? "tf-side-removed" : ""}>{row.left}</code>}
            </td>
            <td>
              {row.right !== null && <code className={row.changed ? "tf-side-added" : ""}>{row.right}</code>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
