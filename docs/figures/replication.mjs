// Failure rates by width: the main figure of `plateau replicate --preset standard`, from what it stored.
import { drawn } from "./data/record.mjs";

export default () => drawn("replicate", (document) => document.main);
