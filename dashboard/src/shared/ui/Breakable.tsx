/** A long name that may break after its separators, so that a narrow line does not cut through a word. */
import { Fragment } from "react";

export function Breakable({ text }: { readonly text: string }) {
  return text.split(/(?<=[._/:])/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
