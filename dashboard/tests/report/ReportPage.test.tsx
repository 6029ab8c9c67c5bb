/** The report's page: everything unfolded, nothing left out unsaid. */
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ReportPage } from "../../src/report/ReportPage";
import { decodeReport } from "../../src/report/report";
import type { JsonObject } from "../../src/api/types";
import { driftRecord } from "../support/records";

function show(document: JsonObject): HTMLElement {
  return render(<ReportPage report={decodeReport(JSON.stringify(document))} />).container;
}

const cards = (page: HTMLElement) => page.querySelectorAll("[data-drift-id]").length;

describe("ReportPage", () => {
  it("counts what is open by severity, what ended, and what no state holds", () => {
    show({
      drifts: [
        driftRecord({ id: "a" }),
        driftRecord({ id: "b", severity: "low", managed: false }),
        driftRecord({ id: "c", status: "resolved", timestamp: "2025-01-15T11:00:00Z" }),
      ],
      summary: { records_read: 7 },
    });
    const counts = Object.fromEntries(
      screen.getAllByRole("term").map((term) => [term.textContent, term.nextSibling?.textContent]),
    );
    expect(counts).toMatchObject({
      "Critical, open": "1",
      "High, open": "0",
      "Low, open": "1",
      Resolved: "1",
      Unmanaged: "1",
    });
    expect(screen.getByText("From 2025-01-15 10:00:00 UTC to 2025-01-15 11:00:00 UTC.")).toBeDefined();
    expect(screen.getByRole("row", { name: "Records read 7" })).toBeDefined();
  });

  it("unfolds long differences and the evidence", () => {
    const rules = Array.from({ length: 40 }, (_, port) => ({ port, cidr: "0.0.0.0/0" }));
    const page = show({ drifts: [driftRecord({ old_value: [], new_value: rules })] });
    expect(page.querySelectorAll("details[open]")).toHaveLength(1);
    expect(page.querySelectorAll(".tf-diff-added").length).toBeGreaterThan(40);
    expect(screen.queryByText(/Show all/)).toBeNull();
  });

  it("draws so many drifts at once and says how many more there are", () => {
    const drifts = Array.from({ length: 15 }, (_, n) => driftRecord({ id: `drift-${n}` }));
    const report = decodeReport(JSON.stringify({ drifts }));
    const page = render(<ReportPage report={report} atOnce={10} />).container;
    expect(cards(page)).toBe(10);
    expect(page.textContent).toContain("5 more are in this file.");
    fireEvent.click(screen.getByRole("button", { name: "Show the next 5" }));
    expect(cards(page)).toBe(15);
    expect(page.textContent).not.toContain("more are in this file");
  });

  it("says that nothing was found, and what could not be read", () => {
    show({ drifts: [], notes: ["an older state"], problems: [{ where: "a.json", reason: "not JSON" }] });
    expect(screen.getByRole("region", { name: "Drifts" }).textContent).toContain("None was found.");
    expect(screen.getByRole("region", { name: "Notes" }).textContent).toContain("an older state");
    expect(screen.getByRole("region", { name: "Could not be read" }).textContent).toContain(
      "a.json: not JSON",
    );
  });
});
