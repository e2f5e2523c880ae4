import { pathToFileURL } from "node:url";

/** Whether a module is named by its URL. */
export const isUrl = (module: string): boolean => /^(?:file|data|node):/.test(module);

/** Whether what names an objective or a target is a module: a path that ends as one, or a URL. */
export const isModule = (name: string): boolean => isUrl(name) || /^\S(?:.*\S)?\.[cm]?[jt]s$/.test(name);

/** The URL of a module that is given by path or URL. */
export function moduleUrl(module: string | { readonly href: string }): string {
  if (typeof module !== "string") return module.href;
  return isUrl(module) ? module : pathToFileURL(module).href;
}
