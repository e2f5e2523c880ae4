// Regression and classification under both protocols, on four scales: of the audit's report.
import { drawn, figureNamed } from "./data/record.mjs";

export default () => drawn("audit", (document) => figureNamed(document, "levels-m4n3-d4-k5"));
