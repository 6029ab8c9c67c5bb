/** Dark or light as the system says, live. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useLayoutEffect } from "react";

export function useColourMode(): void {
  useLayoutEffect(() => {
    const dark = globalThis.matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      applyMode(dark.matches ? Mode.Dark : Mode.Light);
    };
    apply();
    dark.addEventListener("change", apply);
    return () => {
      dark.removeEventListener("change", apply);
    };
  }, []);
}
