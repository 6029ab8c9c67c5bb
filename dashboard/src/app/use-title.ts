/** The tab's title tells the open drifts to a person who looks at another tab. */
import { useEffect } from "react";

export function useTitle(open: number, critical: number): void {
  useEffect(() => {
    const count = critical > 0 ? `${critical} critical, ${open} open` : `${open} open`;
    document.title = open === 0 ? "TFDrift" : `${count} · TFDrift`;
  }, [open, critical]);
}
