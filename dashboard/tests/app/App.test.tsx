/** The page against a real server: what is loaded and what is streamed become one list. */
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { App } from "../../src/app/App";
import { driftRecord, falcoPayload, listedEvent, stateChangePayload } from "../support/records";
import { StreamServer } from "../support/stream-server";
import { visit } from "../support/visit";

let server: StreamServer;

beforeEach(async () => {
  server = await StreamServer.start();
  visit(server);
});

afterEach(async () => {
  await server.stop();
});

function show() {
  return render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

async function openDrifts(count: number): Promise<HTMLElement[]> {
  const list = await screen.findByRole("list", { name: "Open drifts" });
  await waitFor(() => {
    expect(within(list).queryAllByRole("article")).toHaveLength(count);
  });
  return within(list).getAllByRole("article");
}

describe("the page", () => {
  it("shows what changed, who did it, from where, and both values", async () => {
    server.lists.set("drifts?status=open", [
      driftRecord({ severity_reason: "SSH is open to the internet", cause: { event_name: "AuthorizeX" } }),
    ]);
    show();
    const [card] = await openDrifts(1);
    if (card === undefined) throw new Error("no card");
    for (const text of ["aws_security_group.web", "SSH is open to the internet", "oncall", "as admin"]) {
      expect(within(card).getByText(text)).toBeDefined();
    }
    expect(card.querySelector("del")?.textContent).toBe("Terraform has 10.0.0.0/16");
    expect(card.querySelector("ins")?.textContent).toBe("AWS has 0.0.0.0/0");
    expect(card.querySelector("time")?.title).toBe("2025-01-15 10:00:00 UTC");
    expect(screen.getByText("Connected")).toBeDefined();
  });

  it("subscribes before it loads and shows a drift once that both bring", async () => {
    server.lists.set("drifts?status=open", [driftRecord(), driftRecord({ id: "drift-2" })]);
    let sent = false;
    server.beforeList = () => {
      expect(server.openStreams).toBe(1);
      if (sent) return;
      sent = true;
      server.send("drift", driftRecord());
      server.send("drift", driftRecord({ id: "drift-3" }));
    };
    show();
    await openDrifts(3);
    expect(server.requests).toHaveLength(1);
  });

  it("moves a resolved drift to the resolved ones and counts anew", async () => {
    server.lists.set("drifts?status=open", [driftRecord(), driftRecord({ id: "drift-2", severity: "low" })]);
    show();
    await openDrifts(2);
    act(() => {
      server.send(
        "drift",
        driftRecord({ status: "resolved", resolution: { how: "reverted", by: "lead", at: null } }),
      );
    });
    await openDrifts(1);
    const ended = screen.getByRole("list", { name: "Resolved drifts" });
    expect(within(ended).getByText("resolved: reverted by lead")).toBeDefined();
    expect(screen.getByRole("button", { name: "0 Critical" })).toBeDefined();
  });

  it("shows only the severity whose counter is pressed", async () => {
    server.lists.set("drifts?status=open", [driftRecord(), driftRecord({ id: "drift-2", severity: "low" })]);
    show();
    await openDrifts(2);
    fireEvent.click(screen.getByRole("button", { name: "1 Low" }));
    await openDrifts(1);
    fireEvent.click(screen.getByRole("button", { name: "Show all" }));
    await openDrifts(2);
  });

  it("shows alerts and state changes, loaded and streamed, each once", async () => {
    server.lists.set("events?type=falco", [listedEvent("falco", falcoPayload())]);
    server.lists.set("events?type=state_change", [listedEvent("state_change", stateChangePayload())]);
    show();
    await screen.findByText("Terminal shell in container");
    await screen.findByText("aws_iam_policy.example");
    act(() => {
      server.send("falco", falcoPayload());
      server.send("falco", falcoPayload({ event_id: "falco:2", rule: "Second rule" }));
      server.send("state_change", stateChangePayload());
      server.send("state_change", stateChangePayload({ action: "removed", resource: "aws_s3_bucket.b" }));
    });
    await screen.findByText("Second rule");
    await screen.findByText("aws_s3_bucket.b");
    expect(screen.getAllByText("Terminal shell in container")).toHaveLength(1);
    expect(screen.getAllByText("aws_iam_policy.example")).toHaveLength(1);
  });

  it("loads again after a gap", async () => {
    server.lists.set("drifts?status=open", [driftRecord()]);
    show();
    await openDrifts(1);
    server.lists.set("drifts?status=open", [driftRecord({ id: "missed" }), driftRecord({ id: "also" })]);
    act(() => {
      server.send("gap", { reason: "history_gone" });
    });
    await openDrifts(2);
    await screen.findByText("Connected");
  });

  it("loads without the stream, says so, and loads again once the stream is there", async () => {
    server.refusals.push(503);
    server.lists.set("drifts?status=open", [driftRecord()]);
    show();
    await openDrifts(1);
    expect(screen.getByText("Disconnected, reconnecting")).toBeDefined();
    server.lists.set("drifts?status=open", [driftRecord(), driftRecord({ id: "drift-2" })]);
    act(() => {
      window.dispatchEvent(new Event("online"));
    });
    await openDrifts(2);
    expect(screen.getByText("Connected")).toBeDefined();
  });

  it("says what went wrong when the lists cannot be read, and tries again on demand", async () => {
    server.lists.set("drifts?status=open", ["not a record" as never]);
    show();
    await screen.findByText("The drifts could not be loaded");
    server.lists.set("drifts?status=open", [driftRecord()]);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await openDrifts(1);
    expect(screen.queryByText("The drifts could not be loaded")).toBeNull();
  });

  it("says that the sign-in has expired when the stream ends and a sign-in answers", async () => {
    server.lists.set("drifts?status=open", [driftRecord()]);
    show();
    await openDrifts(1);
    act(() => {
      server.signedOut = true;
      server.drop();
    });
    await screen.findByText("Your sign-in has expired");
    await openDrifts(1);
  });

  it("asks for a sign-in, not for another try, when the first load meets one", async () => {
    server.signedOut = true;
    show();
    await screen.findByText("Your sign-in has expired");
    expect(screen.queryByText("The drifts could not be loaded")).toBeNull();
  });

  it("renders other people's words as text", async () => {
    const probe = '<img src=x onerror="window.probed=1">';
    server.lists.set("drifts?status=open", [
      driftRecord({
        resource_id: probe,
        resource_address: probe,
        attribute: probe,
        old_value: probe,
        new_value: { [probe]: probe },
        severity_reason: probe,
        source_ip: probe,
        user_agent: probe,
        user_identity: { user_name: probe, arn: probe },
      }),
    ]);
    server.lists.set("events?type=falco", [
      listedEvent("falco", falcoPayload({ rule: probe, output: probe })),
    ]);
    const { container } = show();
    await openDrifts(1);
    expect(container.querySelectorAll("img")).toHaveLength(0);
    expect(screen.getAllByText(probe).length).toBeGreaterThan(5);
  });
});
