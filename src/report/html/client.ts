// Runs in the page, inlined as it is compiled: it imports nothing. Without it the page shows every figure as a
// picture; with it they are drawn live in the page's colours, and downloads, copying and colours work.
import type { Embedded, EmbeddedFigure } from "./embedded.js";

type Spec = Record<string, unknown>;
interface View {
  toSVG(): Promise<string>;
}
interface Drawn {
  readonly view: View;
  finalize(): void;
}
declare const vegaEmbed: (element: HTMLElement, spec: Spec, options: object) => Promise<Drawn>;

const { figures, themes }: Embedded = JSON.parse(document.getElementById("figures")!.textContent!);
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 37.5rem)");
/** What labels beside a plot take of a narrow page, and how narrow a plot may become. */
const LABELS_WIDTH = 240;
const LEAST_WIDTH = 130;
const mouse = matchMedia("(hover: hover) and (pointer: fine)");
const drawn = new Map<string, Drawn>();
let chosen: "light" | "dark" | undefined;

const all = <E extends HTMLElement>(selector: string) => Array.from(document.querySelectorAll<E>(selector));
const theme = () => chosen ?? (systemDark.matches ? "dark" : "light");

/** Rows by field, as they are drawn. */
function rowsOf({ fields, rows }: EmbeddedFigure): Spec[] {
  return rows.map((row) => Object.fromEntries(fields.map((field, column) => [field, row[column]])));
}

function csvOf({ fields, rows }: EmbeddedFigure): string {
  const cell = (value: unknown) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n\ufeff]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [fields, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** A complete specification, which draws itself in any editor. */
function completeSpec(figure: EmbeddedFigure): Spec {
  return { ...figure.spec, data: { name: "table", values: rowsOf(figure) } };
}

const zooms = (spec: Spec) => JSON.stringify(spec).includes('"bind":"scales"');

/**
 * A specification for this page. Where a figure can be zoomed: dragging moves, the wheel with Ctrl or a pinch zooms,
 * as the wheel alone scrolls; where there is no mouse nothing does, as fingers scroll. Where the page is narrow,
 * plots and entries of legends stand below each other.
 */
function adapted(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(adapted);
  if (typeof part !== "object" || part === null) return part;
  const fields = Object.entries(part as Spec).map(([key, value]) => {
    if (key === "data") return [key, value];
    return [key, adapted(narrow.matches ? stacked(key, value) : value)];
  });
  const changed = Object.fromEntries(fields) as Spec;
  if (changed["bind"] !== "scales") return changed;
  const { select } = changed;
  const given = typeof select === "string" ? { type: select } : (select as Spec);
  const zoom = mouse.matches ? "wheel![event.ctrlKey || event.metaKey]" : false;
  return { ...changed, select: { ...given, zoom, translate: mouse.matches } };
}

/** A field of a specification as a narrow page has it: one plot a row, no wider than the page, each with its labels. */
function stacked(key: string, value: unknown): unknown {
  if (key === "columns") return 1;
  if (key === "width" && typeof value === "number") {
    return Math.min(value, Math.max(LEAST_WIDTH, innerWidth - LABELS_WIDTH));
  }
  if (key !== "axis" || (value as Spec | null)?.["labels"] !== false) return value;
  const { labels: _, ticks: __, ...axis } = value as Spec;
  return axis;
}

/** Narrow pages have legends of one column, and smaller letters. */
function configFor(width: "narrow" | "wide"): Spec {
  const config = themes[theme()] as Record<string, Spec>;
  const mark = { ...config["mark"], tooltip: true };
  if (width === "wide") return { ...config, mark };
  const legend = { ...config["legend"], columns: 1, labelFontSize: 12, gradientLength: 160 };
  const axis = { ...config["axis"], labelFontSize: 12, titleFontSize: 12, tickCount: 5 };
  return { ...config, mark, legend, axis };
}

async function draw(element: HTMLElement): Promise<void> {
  const name = element.dataset["figure"]!;
  drawn.get(name)?.finalize();
  const spec = {
    ...(adapted(completeSpec(figures[name])) as Spec),
    title: undefined,
    background: "transparent",
  };
  const live = element.querySelector<HTMLElement>(".live")!;
  const embedded = await vegaEmbed(live, spec, {
    ast: true,
    actions: false,
    renderer: "svg",
    // Errors: warnings are for who makes a figure.
    logLevel: 1,
    defaultStyle: false,
    config: { ...configFor(narrow.matches ? "narrow" : "wide"), aria: false },
    tooltip: { disableDefaultStyle: true },
  });
  drawn.set(name, embedded);
  // Its container says what it shows: the parts have no names that say anything.
  live.querySelector("svg")!.setAttribute("aria-hidden", "true");
  // Keys scroll what is wider than the page.
  if (live.scrollWidth > live.clientWidth) live.tabIndex = 0;
  else live.removeAttribute("tabindex");
  element.classList.add("drawn");
}

/** Counts up with every change of what all figures look like: a drawing of the ones before stops. */
let turn = 0;
let drawing = Promise.resolve();

/** One after the other, so that the page answers in between. A figure that cannot be drawn stays a picture. */
function drawAll(): void {
  const own = ++turn;
  drawing = drawing.then(async () => {
    for (const element of all("[data-figure]")) {
      if (own !== turn) return;
      await draw(element).catch((error: unknown) => console.error(error));
      await new Promise((resolve) => setTimeout(resolve));
    }
    document.documentElement.dataset["drawn"] = theme();
  });
}

function download(name: string, type: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const actions: Record<string, (name: string, element: HTMLElement) => unknown> = {
  csv: (name) => download(`${name}.csv`, "text/csv", csvOf(figures[name])),
  spec: (name) =>
    download(
      `${name}.vl.json`,
      "application/json",
      `${JSON.stringify(completeSpec(figures[name]), null, 2)}\n`,
    ),
  svg: async (name) => download(`${name}.svg`, "image/svg+xml", await drawn.get(name)!.view.toSVG()),
  reset: (_, element) => draw(element),
};

async function copy(button: HTMLButtonElement): Promise<void> {
  const code = button.parentElement!.querySelector("code")!;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(code.textContent!);
    button.textContent = "Copied";
  } catch {
    // Where the browser does not let pages write there: selected, it is one key away.
    getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = label), 2000);
}

for (const button of all<HTMLButtonElement>("button[data-action]")) {
  const element = button.closest<HTMLElement>("[data-figure]")!;
  const action = button.dataset["action"]!;
  if (action === "reset") button.hidden = !mouse.matches || !zooms(figures[element.dataset["figure"]!].spec);
  button.addEventListener("click", () => actions[action](element.dataset["figure"]!, element));
}
for (const button of all<HTMLButtonElement>("button[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}

const toggle = document.querySelector<HTMLButtonElement>("#colours")!;
const labelToggle = () => (toggle.textContent = theme() === "dark" ? "Light colours" : "Dark colours");
toggle.addEventListener("click", () => {
  chosen = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = chosen;
  labelToggle();
  drawAll();
});
systemDark.addEventListener("change", () => {
  labelToggle();
  drawAll();
});
narrow.addEventListener("change", () => drawAll());

labelToggle();
document.documentElement.classList.add("works");
drawAll();
