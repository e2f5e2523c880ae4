import jsep, { type Expression } from "jsep";

/** What of jsep's parser class we use; its type declarations leave the class out. */
declare class Parser {
  readonly expr: string;
  index: number;
  constructor(text: string);
  parse(): Expression;
  gobbleToken(): Expression | false | undefined;
  gobbleSpaces(): void;
  throwError(message: string): never;
}

/** jsep's parser, for subclasses: its own settings are shared by all who use it. */
export const { Jsep } = jsep as unknown as { Jsep: typeof Parser };
