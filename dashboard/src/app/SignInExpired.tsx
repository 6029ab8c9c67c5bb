/** Says that nothing new arrives before the person signs in again. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

export function SignInExpired() {
  return (
    <Alert
      type="warning"
      header="Your sign-in has expired"
      action={
        <Button
          onClick={() => {
            globalThis.location.reload();
          }}
        >
          Sign in again
        </Button>
      }
    >
      What is shown may be old: nothing new arrives until you sign in again.
    </Alert>
  );
}
