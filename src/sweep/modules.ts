/** Whether what names an objective or a target is a module: a path that ends as one, or a URL. */
export const isModule = (name: string): boolean =>
  /^(?:file|data|node):/.test(name) || /^\S(?:.*\S)?\.[cm]?[jt]s$/.test(name);
