/** What stands around every page: the header with the connection, the navigation, and what went wrong. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Suspense, useMemo } from "react";
import { NavLink, Outlet } from "react-router";
import { StreamIndicator } from "../features/connection/StreamIndicator";
import { StreamLag } from "../features/connection/StreamLag";
import { useStreamStatus } from "../features/connection/use-stream-status";
import { countBySeverity, isUnresolved } from "../features/drifts/selection";
import { useLiveData } from "../features/overview/live-data";
import { ErrorBoundary } from "../shared/ui/ErrorBoundary";
import { Announcer } from "./Announcer";
import { Logo } from "./Logo";
import { SignInExpired } from "./SignInExpired";
import { useTitle } from "./use-title";

const PAGES = [
  { to: "/", name: "Overview" },
  { to: "/drifts", name: "Drifts" },
  { to: "/falco", name: "Falco" },
  { to: "/state", name: "State" },
  { to: "/timeline", name: "Timeline" },
] as const;

export function Shell() {
  const { state, drifts, reload } = useLiveData();
  const status = useStreamStatus(state.gap);
  const open = useMemo(() => drifts.filter(isUnresolved), [drifts]);
  const critical = useMemo(() => countBySeverity(open).critical, [open]);
  useTitle(open.length + state.notLoaded, critical);
  return (
    <div className="tf-app">
      <a className="tf-skip" href="#content">
        Skip to the content
      </a>
      <header className="tf-bar">
        <Logo />
        <h1 className="tf-bar-name">TFDrift</h1>
        <nav className="tf-nav" aria-label="Pages">
          {PAGES.map(({ to, name }) => (
            <NavLink key={to} to={to} end={to === "/"} className="tf-nav-link">
              {name}
            </NavLink>
          ))}
        </nav>
        <StreamLag />
        <StreamIndicator status={status} />
      </header>
      <main className="tf-main" id="content" tabIndex={-1}>
        {state.signedOut && <SignInExpired />}
        {state.failure !== null && !state.signedOut && (
          <Alert
            type="error"
            header="The drifts could not be loaded"
            action={<Button onClick={reload}>Try again</Button>}
          >
            {state.failure}. The page tries again by itself; what the stream brings is shown meanwhile.
          </Alert>
        )}
        <ErrorBoundary>
          <Suspense fallback={<p className="tf-quiet">Loading the page…</p>}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Announcer open={open} />
    </div>
  );
}
