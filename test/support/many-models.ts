// Makes models and keeps them, until there is no address space for another or there are a thousand; says which.
import type { PlateauError } from "../../src/errors.js";
import { Engine } from "../../src/runtime/engine.js";

const kept: Engine[] = [];
let error: Partial<PlateauError> = {};
try {
  while (kept.length < 1000) kept.push(new Engine());
} catch (caught) {
  error = caught as PlateauError;
}
console.log(JSON.stringify({ models: kept.length, code: error.code, message: error.message }));
