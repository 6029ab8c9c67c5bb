/** What to do about a drift, as text to copy: import what is not managed, look at or undo what changed. */
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import type { Drift } from "../../api/types";
import { commands } from "./commands";

export function CommandsPanel({ drift }: { readonly drift: Drift }) {
  const offered = commands(drift);
  if (offered.length === 0) return null;
  return (
    <section className="tf-panel">
      <h3>What to do</h3>
      {offered.map(({ title, text }) => (
        <div key={title} className="tf-command">
          <p>{title}</p>
          <pre tabIndex={0} aria-label={title}>
            {text}
          </pre>
          <CopyToClipboard
            copyButtonText="Copy"
            copyButtonAriaLabel={`Copy: ${title}`}
            textToCopy={text}
            copySuccessText="Copied"
            copyErrorText="The browser did not copy it: select the text"
          />
        </div>
      ))}
    </section>
  );
}
