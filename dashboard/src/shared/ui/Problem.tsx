/** Why a question has no answer, in words, with a way on. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { NetworkError, RestError, SignInExpiredError } from "../../api/rest";

interface ProblemProps {
  /** What could not be done, such as "The drift could not be loaded". */
  readonly what: string;
  readonly error: Error;
  readonly onRetry: () => void;
}

export function Problem({ what, error, onRetry }: ProblemProps) {
  return (
    <Alert type="error" header={what} action={<Button onClick={onRetry}>Try again</Button>}>
      {reason(error)}
    </Alert>
  );
}

function reason(error: Error): string {
  if (error instanceof SignInExpiredError)
    return "Your sign-in has expired: reload the page to sign in again.";
  if (error instanceof NetworkError) return `The server did not answer (${error.message}).`;
  if (error instanceof RestError) return `The server says: ${error.message} (${error.status} ${error.code}).`;
  return error.message;
}
