// What each switch does to the verdict: the main figure of `plateau audit --preset standard`, from what it stored.
import { drawn } from "./data/record.mjs";

export default () => drawn("audit", (document) => document.main);
