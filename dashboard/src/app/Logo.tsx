/** The product's mark: a straight plan and a line that leaves it. */
export function Logo() {
  return (
    <svg className="tf-logo" viewBox="0 0 32 32" aria-hidden="true">
      <path className="tf-logo-plan" d="M5 10h14M5 22h8" />
      <path className="tf-logo-drift" d="M13 22h6l8-12" />
    </svg>
  );
}
