import * as node from "../src/node.js";

interface Wide {
  readonly wide: boolean;
  readonly reason?: string;
}

/** Has V8 widen the kernels of this process where it can, as the command line does, unless PLATEAU_WIDE is 0. */
export function widen(): Wide {
  const { enableWide } = node as { enableWide?: () => Wide };
  if (process.env["PLATEAU_WIDE"] === "0") return { wide: false, reason: "PLATEAU_WIDE is 0" };
  return enableWide?.() ?? { wide: false, reason: "this build does not widen" };
}
