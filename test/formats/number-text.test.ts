import test from "ava";
import fc from "fast-check";
import { type Decimal, readNumber } from "../../src/formats/number-text.js";

const value = (text: string, decimal: Decimal) => readNumber(text, decimal)?.value;

/** A float64 as JavaScript writes it, in groups of three, with marks of a locale. */
function written(number: number, mark: string, group: string, minus = "-"): string {
  const [whole, fraction] = String(Math.abs(number)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${number < 0 ? minus : ""}${grouped}${fraction === undefined ? "" : mark + fraction}`;
}

/** All that JavaScript writes without an exponent. */
const plain = fc
  .oneof(
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.integer(),
    fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100),
  )
  .filter((number) => !/e/.test(String(number)) && !Object.is(number, -0));

const locales: [Decimal, string, string][] = [
  ["point", ".", ","],
  ["point", ".", ""],
  ["point", ".", "'"],
  ["point", ".", "’"],
  ["point", ".", " "],
  ["point", ".", "\u2009"],
  ["comma", ",", "."],
  ["comma", ",", ""],
  ["comma", ",", "\u00a0"],
  ["comma", ",", "\u202f"],
  ["comma", ",", "'"],
];

test("a number written in a locale reads back as the same float64", (t) => {
  fc.assert(
    fc.property(
      plain,
      fc.constantFrom(...locales),
      fc.constantFrom("-", "\u2212"),
      (number, locale, minus) => {
        const [decimal, mark, group] = locale;
        t.is(value(written(number, mark, group, minus), decimal), number);
      },
    ),
    { seed: 8, numRuns: 2000 },
  );
});

test("what Intl writes reads back, currencies and percent with their units", (t) => {
  const cases: [locale: string, decimal: Decimal, currency: string][] = [
    ["de-DE", "comma", "EUR"],
    ["en-US", "point", "USD"],
    ["en-IN", "point", "INR"],
    ["fr-FR", "comma", "EUR"],
    ["de-CH", "point", "CHF"],
    ["sv-SE", "comma", "SEK"],
    ["pl-PL", "comma", "PLN"],
    ["pt-BR", "comma", "BRL"],
  ];
  fc.assert(
    fc.property(fc.integer({ min: -1e10, max: 1e10 }), fc.constantFrom(...cases), (cents, one) => {
      const [locale, decimal, currency] = one;
      const number = cents / 100;
      const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(number);
      t.is(value(text, decimal), number, text);
      const money = new Intl.NumberFormat(locale, { style: "currency", currency }).format(number);
      const found = readNumber(money, decimal);
      t.is(found?.value, number, money);
      t.truthy(found?.unit, money);
      const percent = new Intl.NumberFormat(locale, { style: "percent" }).format(Math.trunc(number) / 100);
      t.is(readNumber(percent, decimal)?.unit, "%", percent);
    }),
    { seed: 8, numRuns: 1000 },
  );
});

test("what is written like a number and is none stays a text", (t) => {
  const none: [string, Decimal][] = [
    ["1,23", "point"],
    ["1.23", "comma"],
    ["1,2345", "point"],
    ["0,123", "point"],
    ["12.03.2024", "comma"],
    ["12.03.2024", "point"],
    ["1.234,567.8", "comma"],
    ["1 23", "point"],
    ["01 234", "point"],
    ["4 km", "point"],
    ["€", "point"],
    ["€ 5 €", "point"],
    ["- -5", "point"],
    ["5%%", "point"],
    ["1,234e5", "point"],
    ["", "comma"],
    ["-", "comma"],
    [",", "comma"],
  ];
  for (const [text, decimal] of none) t.is(readNumber(text, decimal), undefined, text);
  t.deepEqual(readNumber(" CHF 1'234.50 ", "point"), { value: 1234.5, unit: "CHF", thousands: "'" });
  t.deepEqual(readNumber("-€5", "point"), { value: -5, unit: "€" });
  t.deepEqual(readNumber("$ -5.25", "point"), { value: -5.25, unit: "$" });
  t.deepEqual(readNumber("12,5 %", "comma"), { value: 12.5, unit: "%" });
  t.deepEqual(readNumber("1,5e-3", "comma"), { value: 1.5e-3 });
  t.deepEqual(readNumber("12,34,567.5", "point"), { value: 1_234_567.5, thousands: "," });
});

test("any text is a finite number or none", (t) => {
  const text = fc.string({
    unit: fc.constantFrom(..."0123456789.,' -+eE%€$\u2212\u202f".split("")),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, fc.constantFrom<Decimal>("point", "comma"), (any, decimal) => {
      const found = readNumber(any, decimal);
      t.true(found === undefined || Number.isFinite(found.value));
    }),
    { seed: 8, numRuns: 3000 },
  );
});

test("bookkeeping's negatives: in parentheses, or with the minus behind", (t) => {
  const minus = (text: string, decimal: Decimal, number: number, unit?: string) => {
    const found = readNumber(text, decimal);
    t.is(found?.value, number, text);
    t.is(found?.unit, unit, text);
  };
  minus("(1,234.50)", "point", -1234.5);
  minus("(1.234,50)", "comma", -1234.5);
  minus("($393.24)", "point", -393.24, "$");
  minus("$ (393.24)", "point", -393.24, "$");
  minus("( 5,5 ) €", "comma", -5.5, "€");
  minus("(12.5%)", "point", -12.5, "%");
  minus("67-", "point", -67);
  minus(" 1.234,50\u2212 ", "comma", -1234.5);
  minus("67,5 €-", "comma", -67.5, "€");
  minus("67.50- EUR", "point", -67.5, "EUR");
  t.is(readNumber("(5)", "point")?.negative, "parentheses");
  t.is(readNumber("5-", "point")?.negative, "minus behind");
  t.is(readNumber("-5", "point")?.negative, undefined);
  const none = [
    "(-5)",
    "-(5)",
    "-5-",
    "((5))",
    "(5",
    "5)",
    "()",
    "5(3)",
    ".(5)",
    "($5) $",
    "25,-",
    "25.-",
    "5--",
  ];
  for (const text of [...none, "(a)", "-", "1-2", "1e-"]) {
    t.is(readNumber(text, "point"), undefined, text);
    t.is(readNumber(text, "comma"), undefined, text);
  }
});

test("a negative is the same by every way of writing it", (t) => {
  fc.assert(
    fc.property(plain, fc.constantFrom(...locales), (number, [decimal, mark, group]) => {
      const text = written(Math.abs(number), mark, group);
      for (const way of [`(${text})`, `${text}-`, `(€${text})`]) {
        t.is(value(way, decimal), -Math.abs(number), way);
      }
    }),
    { seed: 9, numRuns: 500 },
  );
});
