export { renderReport } from "./render-report.ts";
export type { ReportedFacts, ReportInput, ReportLimits } from "./report-input.ts";
