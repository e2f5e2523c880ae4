import { readFileSync } from "node:fs";
import test from "ava";
import ts from "typescript";

const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
const entries = Object.entries(exports).flatMap(([name, to]) =>
  typeof to === "string" || name === "./browser" ? [] : [{ name, file: to.types }],
);
const program = ts.createProgram(
  entries.map(({ file }) => file),
  {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  },
);
const checker = program.getTypeChecker();

const aliased = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** What a module exports, and what the namespaces that it exports do. */
function exportsOf(module: ts.Symbol): ts.Symbol[] {
  return checker.getExportsOfModule(module).flatMap((one) => {
    const symbol = aliased(one);
    return symbol.flags & ts.SymbolFlags.ValueModule ? exportsOf(symbol) : [symbol];
  });
}

/** `type Study = SweepStudy` exports what SweepStudy is, too. */
function alsoCalled(symbol: ts.Symbol): ts.Symbol[] {
  return (symbol.declarations ?? []).flatMap((declaration) => {
    if (!ts.isTypeAliasDeclaration(declaration) || !ts.isTypeReferenceNode(declaration.type)) return [];
    const named = checker.getSymbolAtLocation(declaration.type.typeName);
    return named && !declaration.type.typeArguments ? [aliased(named)] : [];
  });
}

const offered = new Map(
  entries.map(({ name, file }) => {
    const found = exportsOf(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
    return [name, new Set([...found, ...found.flatMap(alsoCalled)])];
  }),
);

/** Whether a declaration is ours, and more than a helper of its own file. */
function isOurs(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((one) => {
    const exported =
      ts.canHaveModifiers(one) &&
      ts.getModifiers(one)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    return one.getSourceFile().fileName.includes("/dist/src/") && exported;
  });
}

/** Types that are named in the public part of what an entry exports, and that nobody can import: with the way to them. */
function unreachable(entry: string): string[] {
  const missing: string[] = [];
  const seen = new Set<ts.Symbol>();
  const walk = (node: ts.Node, way: string): void => {
    if (
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
    )
      return;
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : ts.isImportTypeNode(node)
          ? node.qualifier
          : undefined;
    const found = name && checker.getSymbolAtLocation(name);
    if (found) {
      const symbol = aliased(found);
      const known = offered.get(entry)!.has(symbol) || offered.get(".")!.has(symbol);
      if (!known && isOurs(symbol) && !seen.has(symbol)) missing.push(`${entry}: ${way} > ${symbol.name}`);
      look(symbol, `${way} > ${symbol.name}`);
    }
    ts.forEachChild(node, (child) => walk(child, way));
  };
  const look = (symbol: ts.Symbol, way: string) => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      if (declaration.getSourceFile().fileName.includes("/dist/src/")) walk(declaration, way);
    }
  };
  for (const symbol of offered.get(entry)!) look(symbol, symbol.name);
  return missing;
}

for (const { name } of entries) {
  test(`every type in what ${name} exports can be imported by name, from there or from plateau`, (t) => {
    t.true(offered.get(name)!.size > 3);
    t.deepEqual(unreachable(name), []);
  });
}

test("the walk reaches what signatures name", (t) => {
  const root = [...offered.get(".")!].map(({ name }) => name);
  for (const name of ["TransformerOptions", "StopSignal", "Tensor", "ModulusResult"])
    t.true(root.includes(name), name);
});

test("no two entries export different things by one name", (t) => {
  const byName = new Map<string, ts.Symbol>();
  const clashes: string[] = [];
  for (const { name: entry, file } of entries) {
    for (const one of checker.getExportsOfModule(
      checker.getSymbolAtLocation(program.getSourceFile(file)!)!,
    )) {
      const symbol = aliased(one);
      const before = byName.get(one.name);
      if (before && before !== symbol) clashes.push(`${entry}: ${one.name}`);
      byName.set(one.name, symbol);
    }
  }
  t.deepEqual(clashes, []);
});
