import { themes } from "../theme.js";

const { light, dark } = themes;

/**
 * What a page looks like: one column of text, tables as wide as they need to be, the main figure beside the answer
 * where there is room, colours of the figures' themes.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(${light.background}, ${dark.background});
  --ink: light-dark(${light.text}, ${dark.text});
  --muted: light-dark(#565e69, #a3acb8);
  --line: light-dark(#dfe3e8, #2f3740);
  --tint: light-dark(#f4f6f9, #1b2129);
  --accent: light-dark(${light.series[0]}, ${dark.series[0]});
  --prose: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Liberation Serif", serif;
  --plain: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --code: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
html { font-size: 106.25%; -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 var(--prose); overflow-wrap: break-word; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; justify-content: space-between; align-items: center; padding-top: 1.1rem; min-height: 3.4rem; }
.mark { font: 600 .8rem/1 var(--plain); letter-spacing: .08em; color: var(--muted); }
main:focus { outline: none; }
h1, h2, h3, dt, nav, table, summary, button, footer, figcaption { font-family: var(--plain); }
h1 { font-size: clamp(1.5rem, 1.15rem + 1.7vw, 2.1rem); line-height: 1.18; letter-spacing: -.015em; font-weight: 680; margin: 1.4rem 0 1.3rem; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -.01em; font-weight: 650; margin: 0 0 .8rem; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 640; margin: 1.8rem 0 .6rem; }
p { margin: 0 0 1em; text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: .15em; }
code { font: .86em/1.5 var(--code); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem .9rem; background: var(--paper); z-index: 2; }
.skip:focus { top: .5rem; }

.first { margin: 0 0 2.2rem; }
.first dl { margin: 0; }
.first dl > div { display: grid; grid-template-columns: 6rem 1fr; padding: .55rem 0; }
.first dt { font-size: .78rem; line-height: 1.6rem; font-weight: 600; color: var(--muted); }
.first dd { margin: 0; }
.first .answer { margin: .4rem 0; padding: 1rem 1.1rem; background: var(--tint); border-left: 3px solid var(--accent); border-radius: 2px; grid-template-columns: calc(4.9rem - 3px) 1fr; }
.first .answer dd { font-size: 1.18rem; line-height: 1.5; }
.first .answer ul { margin: 0; padding: 0; list-style: none; font-size: .86em; }
.first .answer li + li { margin-top: .45em; }

nav { margin: 3rem 0; padding: 1.1rem 0 1.2rem; border: solid var(--line); border-width: 1px 0; }
nav h2 { font-size: .78rem; font-weight: 600; letter-spacing: 0; color: var(--muted); margin: 0 0 .5rem; }
nav ol { margin: 0; padding: 0; list-style: none; columns: 2; column-gap: 2rem; font-size: .92rem; }
nav li { break-inside: avoid; padding: .16rem 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin: 3.4rem 0; }

figure { margin: 1.6rem 0 2.4rem; }
figure > h2, figure > h3 { font-size: 1rem; font-weight: 640; letter-spacing: 0; margin: 0 0 .6rem; }
figcaption { font-size: .84rem; line-height: 1.5; color: var(--muted); margin: .5rem 0; }
.drawing svg { display: block; max-width: 100%; height: auto; }
.live { height: 0; overflow: hidden; }
.drawn .live { height: auto; overflow: auto hidden; }
.drawn .still { display: none; }
.tools, .command button, #colours { display: none; }
.works .tools { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0 .2rem; }
.works .command button, .works #colours { display: block; }
button { font-size: .76rem; line-height: 1.3; padding: .3rem .6rem; color: var(--muted); background: none; border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
button:hover { color: var(--ink); border-color: var(--muted); }
button[hidden] { display: none; }
details { font-size: .84rem; margin-top: .3rem; }
summary { color: var(--muted); cursor: pointer; padding: .25rem 0; width: fit-content; }

.scroll { overflow-x: auto; }
.scroll.long { max-height: max(26rem, 80vh); overflow-y: auto; }
.table .scroll { position: relative; left: 50%; translate: -50%; width: max-content; min-width: 100%; max-width: min(100vw - 2.5rem, 78rem); }
table { border-collapse: collapse; font-size: .84rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { padding: .36rem .9rem .36rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--muted); }
thead > tr > * { position: sticky; top: 0; background: var(--paper); box-shadow: inset 0 -1px var(--muted); border-bottom: 0; vertical-align: bottom; }
.n { text-align: right; }
td.n { white-space: nowrap; }
.table table { min-width: 100%; }
.table figcaption { margin: 0 0 .6rem; }
.facts { margin: 0 0 1.4rem; }
.facts th { white-space: nowrap; padding-right: 1.6rem; }
.command { display: flex; gap: .5rem; align-items: flex-start; margin: 0 0 .6rem; }
.command pre { flex: 1; min-width: 0; margin: 0; padding: .5rem .8rem; background: var(--tint); border-radius: 4px; overflow: auto; max-height: 22rem; }
.command button { margin-top: .35rem; }
.hash { overflow-wrap: anywhere; }
footer { margin-top: 4rem; padding-top: 1.2rem; padding-bottom: 3rem; font-size: .78rem; color: var(--muted); }

#vg-tooltip-element { position: fixed; z-index: 3; visibility: hidden; max-width: 22rem; padding: .5rem .7rem; font: .78rem/1.45 var(--plain); color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; box-shadow: 0 2px 10px rgb(0 0 0 / .16); pointer-events: none; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element td, #vg-tooltip-element th { padding: .05rem .5rem .05rem 0; border: 0; }
#vg-tooltip-element td.key { color: var(--muted); text-align: right; }

@media (min-width: 70rem) {
  header { max-width: 78rem; }
  .first:not(.alone) { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 8fr); gap: 0 2rem; align-items: start; margin-inline: calc(50% - min(50vw - 1.25rem, 39rem)); }
  .first h1 { grid-column: 1 / -1; margin: .4rem 0 .8rem; font-size: 1.75rem; }
  .first:not(.alone) :is(dl > div, .answer) { grid-template-columns: 1fr; font-size: .94rem; line-height: 1.5; }
  .first .answer dd { font-size: 1.08rem; }
  .first figure { margin: 0; }
}
@media (max-width: 37.5rem) {
  html { font-size: 100%; }
  .first dl > div, .first .answer { grid-template-columns: 1fr; }
  .first dt { line-height: 1.4; padding-bottom: .1rem; }
  .first .answer dd { font-size: 1.08rem; }
  nav ol { columns: 1; }
  section { margin: 2.6rem 0; }
  .still { overflow-x: auto; }
  .still svg { min-width: 28rem; }
  .live svg { max-width: none; }
  .table :is(th, td):first-child { min-width: 8.5rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  @page { margin: 18mm 16mm; }
  html { font-size: 10.5pt; }
  header, main, footer { max-width: none; padding: 0; }
  header, nav, .works .tools, details, .works .command button, .skip { display: none; }
  .drawing .live { display: none; }
  .drawn .still { display: block; }
  .first { display: block; margin-inline: 0; }
  .scroll, .scroll.long, .table .scroll { max-height: none; width: auto; max-width: none; overflow: visible; }
  .table table { font-size: .7rem; line-height: 1.3; }
  .table :is(th, td) { padding: .2rem .5rem .2rem 0; }
  .table :is(th, td):first-child { min-width: 4.6rem; }
  .table th.n { min-width: 4em; overflow-wrap: anywhere; hyphens: auto; }
  thead > tr > * { position: static; }
  .command pre { max-height: none; white-space: pre-wrap; overflow-wrap: anywhere; }
  figure, .command, tr { break-inside: avoid; }
  .table { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  section { margin: 2rem 0; }
}
`;
