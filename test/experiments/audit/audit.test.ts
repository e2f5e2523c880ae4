import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { audit } from "../../../src/experiments/audit/audit.js";
import { findingsOf } from "../../../src/experiments/audit/findings.js";
import { responses } from "../../../src/experiments/audit/responses.js";
import { fingerprintOf } from "../../../src/experiments/record.js";
import { auditDocument } from "../../../src/report/documents/audit.js";
import { figuresOf, requireDrawable } from "../../../src/report/parts.js";
import { drawSvg } from "../../../src/report/render.js";

// Models that have learned nothing: enough to see that everything is computed, and computed again alike.
const config = audit.parse({
  ...{ preset: "quick", targets: ["m2n1"], dims: [2, 4], seeds: 2, factorial: true, steps: 2, batch: 8 },
  ...{ trainRows: 64, validationRows: 16, testRows: 32, plateaus: { segments: 1, samples: 16, mostDim: 2 } },
});

test("an audit runs in every design, stops, goes on, and comes to the same bits", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "plateau-audit-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const stop = new AbortController();
  const shares: number[] = [];
  const stopped = audit.run(config, {
    ...{ folder, workers: 2, signal: stop.signal },
    onProgress: (_, share) => {
      shares.push(share);
      if (share > 0.3) stop.abort();
    },
  });
  await t.throwsAsync(stopped, { code: "aborted" });
  const record = await audit.run(config, { folder, workers: 1 });
  const again = await audit.run(config, { folder, workers: 2 });
  t.is(record.fingerprint, again.fingerprint);
  t.is(record.fingerprint, await fingerprintOf(record.results));
  t.deepEqual(
    [...shares].sort((a, b) => a - b),
    shares,
  );

  const [main, other] = record.results.settings;
  t.true(main.whole && !other.whole);
  t.is(main.baselines.length, 2);
  for (const { mode, responses: own, diverged } of main.cells) {
    t.is(diverged, 0);
    for (const { name, modes } of responses) {
      if (!modes.includes(mode)) continue;
      t.is(own[name]!.length, 2, name);
      for (const value of own[name]!) t.true(value !== null && Number.isFinite(value), name);
    }
  }
  t.true(other.cells.every((cell) => (cell.responses.flatBeyond ?? []).every((value) => value === null)));
  const designs = new Set(main.effects.map(({ design }) => design));
  t.deepEqual([...designs].sort(), ["factorial", "sound", "study"]);
  t.is(other.verdicts.movers, null);
  for (const one of [main, other]) {
    for (const { answer, lines } of findingsOf(one)) {
      for (const text of [answer, ...lines]) t.notRegex(text, /undefined|NaN|Infinity|null/);
    }
  }

  const document = auditDocument(record);
  requireDrawable(document);
  for (const figure of figuresOf(document)) {
    const { svg, warnings } = await drawSvg(figure);
    t.deepEqual(warnings, [], figure.name);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
    t.true(width <= 900 && height <= 1400, `${figure.name}: ${width} × ${height}`);
  }
  t.is(document.methods.commands[0].includes("--targets m2n1 --dims 2,4"), true);
  const figure = (name: string) => figuresOf(document).find((one) => one.name === `${name}-m2n1-d2-k5`)!;
  t.deepEqual(
    [...new Set(figure("effects-plateaus-regression").data.map(({ panel }) => panel))],
    ["flat beyond the target", "δ̂: length of flat runs", "effective constant pieces"],
  );
  // Of two seeds an interval reaches far beyond what a rate can be.
  const rates = figure("levels").data.filter(({ panel }) => String(panel).startsWith("fails"));
  t.is(rates.length, 4);
  for (const { low, high } of rates) t.true(Number(low) >= 0 && Number(high) <= 1, `${low} … ${high}`);

  // Of many switches that are not told apart none is named.
  const leading = (count: number) => {
    const { ranked } = main.verdicts.movers!.asRead.study;
    const largest = {
      answer: "several",
      leaders: ranked.slice(0, count).map((one) => one.switch),
      ranked,
    } as const;
    const each = { study: largest, sound: largest };
    const movers = { asRead: each, oneScale: each };
    const findings = findingsOf({ ...main, verdicts: { ...main.verdicts, movers } });
    return findings.find(({ name }) => name === "movers")!.answer;
  };
  t.regex(leading(3), /moved most by \w+ \(.*\) or .* or .*\(not told apart\)/);
  t.regex(leading(4), /moved most by no single one \(4 are not told apart\)/);
});
