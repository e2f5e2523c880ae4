// @ts-expect-error: it brings no types
import untyped from "spdx-satisfies";
import type { Audience, Dependency } from "./lock.js";

const satisfies = untyped as (expression: string, allowed: readonly string[]) => boolean;

/** Licences of which a copy may be used in, and given on with, what is under the MIT licence: they ask for notices. */
const permissive = [
  ...["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0"],
  ...["Unlicense", "CC0-1.0", "Python-2.0"],
];

/**
 * What each audience may be given. What users get comes into bundles of the package, so permissive ones alone; what is
 * installed beside it, or works on it, may also be under MPL-2.0, which binds changes of its own files, or, where nobody is given it, be data under CC-BY.
 */
const allowed: Readonly<Record<Audience, readonly string[]>> = {
  production: permissive,
  "optional peer": [...permissive, "MPL-2.0"],
  development: [...permissive, "MPL-2.0", "CC-BY-3.0"],
};

/** Packages whose licence has no name, read by people: the text that was, and what it says. */
const read: Readonly<Record<string, { readonly licence: string; readonly says: string }>> = {
  "dejavu-fonts-ttf": {
    licence: "SEE LICENSE IN README.md AND LICENSE",
    says: "Bitstream Vera and Arev terms, changes in the public domain: free to use, embed and give on",
  },
};

/** Packages that may not be given to whom they are, with the reason. */
export function licenceProblems(all: readonly Dependency[]): string[] {
  return all.flatMap(({ name, path, audience, entry: { license } }) => {
    if (license === undefined) return [`${path} has no licence`];
    if (read[name]?.licence === license) return [];
    return isAllowed(license, audience) ? [] : [`${path} is under ${license}, which ${audience} may not be`];
  });
}

function isAllowed(license: string, audience: Audience): boolean {
  try {
    return satisfies(license, allowed[audience]);
  } catch {
    // No expression of SPDX.
    return false;
  }
}
