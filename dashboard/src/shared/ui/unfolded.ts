/** Whether what is folded on the page is open from the start, as on paper, where nobody can open it. */
import { createContext } from "react";

export const Unfolded = createContext(false);
