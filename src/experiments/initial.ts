import { PlateauError, quote } from "../errors.js";
import type { Architecture } from "../nn/architecture.js";
import type { Scheme } from "../nn/initialize.js";
import type { StateTensor } from "../nn/model.js";
import type { Target } from "../targets/target.js";
import { type Constructed, NO_MODEL } from "../theory/constructions/construction.js";
import { constructSpec, defaultSize, parseSpec, specText } from "../theory/constructions/spec.js";
import { defineTask } from "../theory/constructions/task.js";

/** The network of a construction, and what its weights are before training. */
export interface Initial {
  /** `construct:partition(64, order=2)` or `random:partition(64, order=2)`, with its size and all options. */
  readonly name: string;
  readonly architecture: Architecture;
  /** The weights that the construction writes down; absent where only its architecture was asked for: they are drawn. */
  readonly state?: ReadonlyMap<string, StateTensor>;
}

const PREFIX = "construct:";
/** The same network with weights as any other has them before training. */
const DRAWN = "random:";

/** Those made last: an experiment is defined many times while it is compared with what was stored. */
const made = new Map<string, Initial>();
const KEPT = 4;

/** The construction that a run began from, made again. @throws PlateauError as `construct` does */
export function constructedOf(init: string, target: Target, dim: number): Constructed {
  return constructSpec(parseSpec(init.slice(PREFIX.length)), defineTask(target, dim));
}

/**
 * What `init` names: `construct:partition`, `construct:relu(16)`, the same weights each time, from the target
 * alone; or `random:relu(16)`, that construction's architecture with weights that the seed decides.
 * @param scheme by which weights are drawn
 * @throws PlateauError `usage`, `unknown-name`, `memory`
 */
export function initialOf(init: string, target: Target, dim: number, scheme: Scheme = "pytorch"): Initial {
  if (init.startsWith(DRAWN)) {
    const { name, architecture } = initialOf(PREFIX + init.slice(DRAWN.length), target, dim);
    return { name: DRAWN + name.slice(PREFIX.length), architecture: drawnBy(scheme, architecture) };
  }
  if (!init.startsWith(PREFIX)) {
    throw new PlateauError(
      "usage",
      `configuration: init is ${quote(init)}: expected construct: and a construction, such as construct:partition or construct:relu(16), or random: for its architecture with weights that are drawn`,
    );
  }
  const key = JSON.stringify([init, target.name, dim]);
  const known = made.get(key);
  if (known) return known;
  const task = defineTask(target, dim);
  const spec = parseSpec(init.slice(PREFIX.length));
  const size = spec.size ?? defaultSize(spec.construction, task);
  const { model, notes = [] } = constructSpec({ ...spec, size }, task);
  if (!model) {
    const why = notes.find((one) => one.startsWith(NO_MODEL))?.slice(NO_MODEL.length);
    throw new PlateauError(
      "usage",
      `${spec.construction.name}(${size}) is no network that can be trained${why ?? ""}: choose a smaller size, partition or relu`,
    );
  }
  const initial: Initial = {
    name: `${PREFIX}${specText({ ...spec, size })}`,
    architecture: model.architecture,
    state: model.stateDict(),
  };
  if (made.size >= KEPT) made.delete(made.keys().next().value!);
  made.set(key, initial);
  return initial;
}

/** An architecture whose weights are drawn: a construction's are 0 before it writes them. */
function drawnBy(initialization: Scheme, architecture: Architecture): Architecture {
  return { ...architecture, config: { ...(architecture.config as object), initialization }, initialization };
}
