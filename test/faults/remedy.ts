const remedies = [
  ...[
    "free some",
    "close some",
    "choose",
    "check",
    "change",
    "raise",
    "try again",
    "restore",
    "delete",
    "install",
  ],
  ...[
    "run it again",
    "run the command again",
    "continue with",
    "copy it",
    "name another",
    "training goes on",
  ],
];
/** After what happened: words in it, and in names of files, are none. */
const REMEDY = new RegExp(
  `(?:[:;,(]|\\b(?:and|or|then)) (?:${remedies.join("|")})\\b|, then: |with: plateau `,
);

/** Whether a message says what to do, beside what happened. */
export const tellsRemedy = (message: string): boolean => REMEDY.test(message);
