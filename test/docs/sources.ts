import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** A function or method of the sources, with what it throws as far as its text shows. */
export interface Callable {
  /** `file#name`, or `file#Class.method`. */
  readonly key: string;
  /** Its doc comment. */
  readonly doc: string;
  /** Codes of `throw new PlateauError(code, …)` and the like in its own text. */
  readonly codes: ReadonlySet<string>;
  /** Keys of functions that it calls by name. */
  readonly calls: ReadonlySet<string>;
}

interface File {
  readonly path: string;
  readonly tree: ts.SourceFile;
  /** Local names to keys. */
  readonly names: Map<string, string>;
}

const parse = (path: string): File => {
  const tree = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const names = new Map<string, string>();
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      const from = target(path, statement.moduleSpecifier);
      if (!from || !bindings || !ts.isNamedImports(bindings)) continue;
      for (const { name, propertyName } of bindings.elements) {
        names.set(name.text, `${from}#${(propertyName ?? name).text}`);
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) names.set(name.text, `${path}#${name.text}`);
      }
    } else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      names.set(statement.name.text, `${path}#${statement.name.text}`);
    }
  }
  return { path, tree, names };
};

/** The file that a module specifier names; undefined outside of the sources. */
function target(path: string, specifier: ts.Expression): string | undefined {
  const name = (specifier as ts.StringLiteral).text;
  return name.startsWith(".") ? normalize(join(dirname(path), name.replace(/\.js$/, ".ts"))) : undefined;
}

const docOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((comment) => comment.getText())
    .join("\n");

function callable(key: string, node: ts.Node, doc: string, names: File["names"]): Callable {
  const codes = new Set<string>();
  const calls = new Set<string>();
  const visit = (at: ts.Node, thrown: boolean): void => {
    if (thrown && ts.isNewExpression(at) && at.expression.getText() === "PlateauError") {
      const [code] = at.arguments ?? [];
      if (code && ts.isStringLiteral(code)) codes.add(code.text);
    }
    if (ts.isCallExpression(at) || ts.isNewExpression(at)) {
      if (thrown && at.expression.getText() === "unknownName") codes.add("unknown-name");
      if (ts.isIdentifier(at.expression)) {
        const called = names.get(at.expression.text);
        if (called) calls.add(ts.isNewExpression(at) ? `${called}.constructor` : called);
      }
    }
    ts.forEachChild(at, (child) => visit(child, thrown || ts.isThrowStatement(at)));
  };
  visit(node, false);
  return { key, doc, codes, calls };
}

/** Every function, method and constructor at the top of a file of src/, by key; those of a class without a name of their own left out. */
export function callables(): Map<string, Callable> {
  const paths = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes("generated"))
    .map((path) => join("src", path));
  const found = new Map<string, Callable>();
  const add = (one: Callable) => found.set(one.key, one);
  for (const { path, tree, names } of paths.map(parse)) {
    for (const statement of tree.statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name) {
        add(callable(`${path}#${statement.name.text}`, statement, docOf(statement), names));
      } else if (ts.isVariableStatement(statement)) {
        for (const { name, initializer } of statement.declarationList.declarations) {
          if (initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))) {
            add(callable(`${path}#${name.getText()}`, initializer, docOf(statement), names));
          }
        }
      } else if (ts.isClassDeclaration(statement) && statement.name) {
        for (const member of statement.members) {
          const hidden =
            ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
          const name = ts.isConstructorDeclaration(member) ? "constructor" : member.name?.getText();
          if (hidden || !name || name.startsWith("#") || ts.isPropertyDeclaration(member)) continue;
          const doc = docOf(member) || (name === "constructor" ? docOf(statement) : "");
          add(callable(`${path}#${statement.name.text}.${name}`, member, doc, names));
        }
      }
    }
  }
  return found;
}

/** Keys of what an entry of the package exports by name, as they are called where they are declared. */
export function exported(entry: string): string[] {
  const { tree, names } = parse(entry);
  const keys: string[] = [];
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
      const from = target(entry, statement.moduleSpecifier);
      if (!from || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
      // Types, too: methods of a class are offered to whoever is given one.
      for (const { name, propertyName } of statement.exportClause.elements) {
        keys.push(`${from}#${(propertyName ?? name).text}`);
      }
    } else if (ts.isTypeAliasDeclaration(statement)) {
      // `type Study = SweepStudy`
      const key = names.get(statement.type.getText());
      if (key) keys.push(key);
    } else if (ts.isVariableStatement(statement)) {
      // `Study = { open: openStudy }`
      for (const { initializer } of statement.declarationList.declarations) {
        if (!initializer || !ts.isObjectLiteralExpression(initializer)) continue;
        for (const property of initializer.properties) {
          const key = ts.isPropertyAssignment(property) && names.get(property.initializer.getText());
          if (key) keys.push(key);
        }
      }
    }
  }
  return keys;
}
