// What typedoc does not do by itself: names of guides and entries, and output blocks that are no TypeScript.
import { Converter, ReflectionKind } from "typedoc";

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    document.name = headingOf(document.content)?.title ?? document.name;
    markOutputs(document.content);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const heading = headingOf(project.readme);
    // The page has one already.
    if (heading) project.readme[0].text = project.readme[0].text.slice(heading.length);
    markOutputs(project.readme);
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      // Entries as they are imported.
      if (module.parent === project)
        module.name = module.name === "index" ? "plateau" : `plateau/${module.name}`;
      // A getter that a type refers to is found as if it stood by itself.
      for (const child of [...(module.children ?? [])]) {
        if (child.kindOf(ReflectionKind.Accessor)) project.removeReflection(child);
      }
    }
  });
  keepQuiet(app.logger, "warn", /^\w+ has multiple declarations with a comment/);
  keepQuiet(app.logger, "info", /^The comments for \w+ are declared at/);
}

/** What a page begins with. */
function headingOf([first]) {
  const [heading, title] = /^# (.+)\n+/.exec(first.text) ?? [];
  return title === undefined ? undefined : { title, length: heading.length };
}

/** Blocks without a language are what was printed: typedoc takes them for TypeScript. */
function markOutputs(content) {
  for (const part of content) {
    if (part.kind === "code" && part.text.startsWith("```\n"))
      part.text = part.text.replace("```", "```text");
  }
}

/** Options that follow from a schema are declared once, and found twice by typedoc: nothing is to be mended. */
function keepQuiet(logger, level, about) {
  const say = logger[level].bind(logger);
  logger[level] = (text, ...rest) => (about.test(text) ? undefined : say(text, ...rest));
}
