// Names guides by their own headings, which typedoc would name by their files.
import { Converter } from "typedoc";

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const [first] = document.content;
    const [heading, title] = /^# (.+)\n+/.exec(first.text) ?? [];
    if (title === undefined) return;
    document.name = title;
    first.text = first.text.slice(heading.length);
  });
}
