/** The page for an address that is none. */
import { Link } from "react-router";

export function NotFound() {
  return (
    <section className="tf-message">
      <h2>There is nothing here</h2>
      <p>
        The address names no page. <Link to="/">Go to the overview</Link>
      </p>
    </section>
  );
}
