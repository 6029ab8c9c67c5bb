/** Shows the report that the page holds. */
import { createRoot } from "react-dom/client";
import { ReportPage } from "./ReportPage";
import { decodeReport } from "./report";

const [root, embedded] = ["root", "report"].map((id) => document.getElementById(id));
if (!root || !embedded) throw new Error("The page has no #root or no #report");
createRoot(root).render(<ReportPage report={decodeReport(embedded.textContent)} />);
