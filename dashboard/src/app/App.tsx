/** The app: its routes, and what all pages share: one connection, one set of live data, one cache of answers. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, useState } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { LiveDataProvider } from "../features/overview/live-data";
import { OverviewPage } from "../features/overview/OverviewPage";
import { useColourMode } from "../shared/use-colour-mode";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import "../shared/tokens.css";
import "./app.css";
import "../shared/ui/list.css";

// The first page is there at once; the others come when somebody goes there.
const DriftsPage = lazy(() => import("../features/drift-table/DriftsPage"));
const DriftPage = lazy(() => import("../features/drift-detail/DriftPage"));
const FalcoPage = lazy(() => import("../features/falco/FalcoPage"));
const StatePage = lazy(() => import("../features/state-tree/StatePage"));
const TimelinePage = lazy(() => import("../features/timeline/TimelinePage"));

export function App() {
  useColourMode();
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <LiveDataProvider>
        <BrowserRouter>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<OverviewPage />} />
              <Route path="drifts" element={<DriftsPage />} />
              <Route path="drifts/:id" element={<DriftPage />} />
              <Route path="falco" element={<FalcoPage />} />
              <Route path="state" element={<StatePage />} />
              <Route path="timeline" element={<TimelinePage />} />
              <Route path="*" element={<NotFound />} />
            </Route>
          </Routes>
        </BrowserRouter>
      </LiveDataProvider>
    </QueryClientProvider>
  );
}
