import { type Command, Option } from "commander";
import { PlateauError } from "../errors.js";
import type { Certificate, CertifyOptions } from "../theory/certificates/certify.js";
import { suggest } from "./completion/suggest.js";
import { parseNumber } from "./number.js";
import { short, whole } from "./output.js";

/** Flags that say how an error is certified. */
export interface CertifyFlags {
  norm?: "sup" | "l2";
  boxes?: number;
  seconds?: number;
  lipschitz?: number;
}

export function addCertifyOptions(command: Command): void {
  const number = (flag: string) => (value: string) => parseNumber(flag, value);
  command
    .addOption(
      suggest(new Option("--norm <norm>", "sup (default), or l2: the root of the mean square"), [
        "sup",
        "l2",
      ]).argParser(norm),
    )
    .addOption(
      new Option(
        "--boxes <n>",
        "boxes that a certificate may look at (default 200000; 50000 for each size that --epsilon tries)",
      ).argParser(number("--boxes")),
    )
    .addOption(
      new Option(
        "--seconds <s>",
        "seconds that a certificate may take (default 60; 15 for each size that --epsilon tries)",
      ).argParser(number("--seconds")),
    )
    .addOption(
      new Option(
        "--lipschitz <L>",
        "a Lipschitz constant of the target, where you know one (used beside its formula; default without one: an estimate)",
      ).argParser(number("--lipschitz")),
    )
    .option("--json", "print one JSON document")
    .option("--quiet", "no progress line, no notes");
}

function norm(value: string): "sup" | "l2" {
  if (value === "sup" || value === "l2") return value;
  throw new PlateauError("usage", `--norm ${JSON.stringify(value)}: expected sup or l2`);
}

/** Options of a certificate that flags give. */
export function certifyOptions({ norm, boxes, seconds, lipschitz }: CertifyFlags): CertifyOptions & {
  modulus?: { constant: number };
} {
  if (lipschitz !== undefined && !(lipschitz > 0)) {
    throw new PlateauError("usage", `--lipschitz ${lipschitz}: expected a number above 0`);
  }
  return { norm, boxes, seconds, modulus: lipschitz === undefined ? undefined : { constant: lipschitz } };
}

/** A certificate for people: the bounds, the verdict, and what both rest on. */
export function describeCertificate(certificate: Certificate): string[] {
  const { error, norm, epsilon, verdict, worst, conditions, boxes, stopped } = certificate;
  const what = norm === "sup" ? "largest error" : "root mean square error";
  const lines = [
    `${what} between ${digits(error.lower)} and ${digits(error.upper)}, from ${whole(boxes)} boxes${ended[stopped]}`,
  ];
  if (norm === "sup" && worst) {
    lines.push(
      `worst point found (${worst.point.map(short).join(", ")}): target ${worst.target.map(digits).join(", ")}, network ${worst.model.map(digits).join(", ")}`,
    );
  }
  if (verdict !== null) {
    const condition = conditions.length > 0 && verdict === "holds" ? ", under the condition below" : "";
    lines.push(
      `ε = ${epsilon}: ${verdict === "undecided" ? "undecided at this budget" : verdict}${condition}`,
    );
  }
  return [...lines, ...conditions.map((one) => `not proven: ${one}`)];
}

const ended: Record<Certificate["stopped"], string> = {
  decided: "",
  gap: "",
  boxes: " (all that were allowed: --boxes)",
  time: " (out of time: --seconds)",
  rounding: " (what is left of the bound is float32's rounding)",
};

/** Four digits, so that the two bounds can be told apart. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(3)
    : String(Number(value.toPrecision(4)));
}
