/** Whether a target's name is a module: a path that ends as one, or a URL. */
export const isModule = (target: string): boolean =>
  /^(?:file|data|node):/.test(target) || /^\S(?:.*\S)?\.[cm]?[jt]s$/.test(target);
