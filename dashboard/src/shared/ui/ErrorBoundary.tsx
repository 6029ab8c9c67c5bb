/** Keeps the rest of the app there when one page fails, and says so; another address tries anew. */
import Alert from "@cloudscape-design/components/alert";
import { Component } from "react";
import type { ReactNode } from "react";

interface Props {
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { readonly failure: string | null }> {
  override state: { readonly failure: string | null } = { failure: null };

  static getDerivedStateFromError(error: unknown) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.failure === null) return this.props.children;
    return (
      <Alert type="error" header="This page could not be shown">
        {this.state.failure}. Reload the page; if that does not help, its server may be of another version.
      </Alert>
    );
  }
}
