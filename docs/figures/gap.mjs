// Error against parameters: the main figure of `plateau gap`, from what it stored.
import { drawn } from "./data/record.mjs";

export default () => drawn("gap", (document) => document.main);
