import { type Comparison, compare, type Factor, factorOf } from "./factor.js";

/** A network that is known to exist: as it was written down, and after training from there. */
export interface Reference {
  readonly name: string;
  readonly parameters: number;
  /** The largest error that it has for certain at most; null: no proof. */
  readonly certified: number | null;
  /** Its error as a search found it. */
  readonly found: number | null;
  /** The same after training from its weights, by seed. */
  readonly further: readonly (number | null)[];
}

/** What training found from drawn weights at one size, and what is known to exist there. */
export interface SizeFindings {
  readonly name: string;
  readonly parameters: number;
  /** By seed. */
  readonly errors: readonly (number | null)[];
  /** Of the ensemble's best. */
  readonly best: number | null;
  readonly references: readonly Reference[];
}

/** Sizes of one kind of network. */
export interface Findings {
  readonly name: string;
  /** Whether references have the same architecture, or only as few parameters. */
  readonly sameArchitecture: boolean;
  readonly sizes: readonly SizeFindings[];
  /** Whether what training finds falls with size: the interval of its exponent is above 0. */
  readonly falls: boolean;
}

/**
 * `learning`: a network of that size is better than what training finds. `size`: none that is known is, from
 * wherever it was sought. `none`: there is nothing to compare with.
 */
export type SizeVerdict = "learning" | "size" | "undecided" | "none";

/** The answer at one size. */
export interface SizeAnswer {
  readonly name: string;
  readonly parameters: number;
  readonly verdict: SizeVerdict;
  /** Whether a certificate alone shows it. */
  readonly proven: boolean;
  /** Errors over the least certified bound, and which network has it. */
  readonly overCertified: (Factor & { readonly network: string; readonly comparison: Comparison }) | null;
  /** Errors over the least that a search found of references, as they are or trained further. */
  readonly overFound: (Factor & { readonly comparison: Comparison }) | null;
}

/** The answer for one kind of network. */
export interface KindAnswer {
  readonly name: string;
  readonly sameArchitecture: boolean;
  readonly verdict: Exclude<SizeVerdict, "none">;
  readonly sizes: readonly SizeAnswer[];
  readonly counts: Readonly<Record<SizeVerdict, number>>;
  readonly falls: boolean;
}

/** The answer over all sizes. */
export interface Answer {
  /** `learning`: expressivity is not what limits here. `size`: it is, as far as what is known to exist shows. */
  readonly verdict: Exclude<SizeVerdict, "none">;
  readonly transformers: KindAnswer | null;
  readonly own: readonly KindAnswer[];
}

/** Rules of `answerOf`, all ours. */
export const answerRules = {
  /** Share of a kind's sizes that has to agree, while none says the opposite. */
  agree: 0.75,
  /** Share of a network's parameters that a reference must have for a word on what its size allows. */
  near: 0.5,
} as const;

/**
 * What limits, by rules.
 *
 * *One size.* `learning`: the interval of errors over the least certified bound lies above 1, and so does the
 * ensemble's best (then it is proven: a search finds no more than there is, a certificate no less); or the same over
 * the least error that a search found among the references, which are as good as a search can tell. `size`: errors
 * are alike or below the latter: drawn weights end where written ones do, or better; and a reference has half as many
 * parameters or more, as much smaller ones say nothing of what a size allows.
 *
 * *One kind of network.* `learning` or `size` where three quarters of the sizes that have references say so and none
 * says the opposite; for `size` errors must fall with size, too: what no size improves is not limited by it.
 *
 * *All.* Transformers are compared with networks of as few parameters but of another architecture, constructions'
 * own architectures with themselves. `learning`: Transformers say so, and some construction's own architecture does:
 * so it is not the other architecture alone that makes the difference. `size`: Transformers say so, and no
 * architecture says `learning`. Without Transformers, all own architectures have to agree. Else undecided.
 */
export function answerOf(transformers: Findings | null, own: readonly Findings[]): Answer {
  const of = transformers && kindOf(transformers);
  const each = own.map(kindOf);
  const says = (verdict: SizeVerdict) => each.some((one) => one.verdict === verdict);
  const all = (verdict: SizeVerdict) => each.length > 0 && each.every((one) => one.verdict === verdict);
  let verdict: Answer["verdict"] = "undecided";
  if (of ? of.verdict === "learning" && says("learning") : all("learning")) verdict = "learning";
  else if (of ? of.verdict === "size" && !says("learning") : all("size")) verdict = "size";
  return { verdict, transformers: of, own: each };
}

function kindOf({ name, sameArchitecture, sizes, falls }: Findings): KindAnswer {
  const answers = sizes.map(sizeOf);
  const counts = { learning: 0, size: 0, undecided: 0, none: 0 };
  for (const { verdict } of answers) counts[verdict]++;
  const compared = answers.length - counts.none;
  const agreed = (a: "learning" | "size", b: "learning" | "size") =>
    compared > 0 && counts[a] >= answerRules.agree * compared && counts[b] === 0;
  const verdict = agreed("learning", "size")
    ? "learning"
    : agreed("size", "learning") && falls
      ? "size"
      : "undecided";
  return { name, sameArchitecture, verdict, sizes: answers, counts, falls };
}

function sizeOf({ name, parameters, errors, best, references }: SizeFindings): SizeAnswer {
  const certificate = leastCertified(references);
  const overCertified = certificate && factorOf(errors, certificate.certified);
  const overFound = factorOf(
    errors,
    errors.map((_, s) => leastFound(references, s)),
  );
  const proven =
    certificate !== null &&
    compare(overCertified) === "above" &&
    best !== null &&
    best > certificate.certified;
  const found = compare(overFound);
  let verdict: SizeVerdict = "undecided";
  if (references.length === 0) verdict = "none";
  else if (proven || found === "above") verdict = "learning";
  else if ((found === "alike" || found === "below") && near(references, parameters)) verdict = "size";
  return {
    ...{ name, parameters, verdict, proven },
    overCertified: overCertified && {
      ...overCertified,
      network: certificate!.name,
      comparison: compare(overCertified),
    },
    overFound: overFound && { ...overFound, comparison: found },
  };
}

const near = (references: readonly Reference[], parameters: number) =>
  references.some((one) => one.parameters >= answerRules.near * parameters);

function leastCertified(references: readonly Reference[]): { name: string; certified: number } | null {
  let least: { name: string; certified: number } | null = null;
  for (const { name, certified } of references) {
    if (certified !== null && !(least && least.certified <= certified)) least = { name, certified };
  }
  return least;
}

/** The least error of references for one seed: as written, or trained further on that seed's data. */
function leastFound(references: readonly Reference[], seed: number): number | null {
  let least: number | null = null;
  for (const { found, further } of references) {
    for (const error of [found, further[seed] ?? null]) {
      if (error !== null && !(least !== null && least <= error)) least = error;
    }
  }
  return least;
}
