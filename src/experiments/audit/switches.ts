import type { Target } from "../../targets/target.js";
import type { Answers, Field, Mode } from "./answers.js";

/** One question that an audit asks of the study's protocol, and how it is changed. */
export interface Switch {
  /** What tables and options call it: 1 … 13, or a letter more where a question has several answers. */
  readonly id: string;
  /** Of the thirteen questions; null: ours beyond them. */
  readonly number: number | null;
  readonly name: string;
  readonly question: string;
  /** The study's published code. */
  readonly study: string;
  readonly alternative: string;
  /** What it sets; absent where it is a matter of reading the same runs. */
  readonly sets?: { readonly [F in Field]: Setting<F> }[Field];
  /** Whether a factorial design has it as a factor. */
  readonly factor: boolean;
  /** Whether it is asked of the study's protocol in every setting, not only in the main one: what d and K may change. */
  readonly everywhere?: boolean;
  /** Why it cannot matter there; undefined where it can. */
  idle(mode: Mode, target: Pick<Target, "outputs">): string | undefined;
}

interface Setting<F extends Field> {
  readonly field: F;
  readonly study: Answers[F];
  readonly alternative: Answers[F];
}

const never = () => undefined;
const headless = (mode: Mode) =>
  mode === "classification"
    ? "a classification always has a linear layer, and is judged by its classes"
    : undefined;
const oneToken = (_: Mode, { outputs }: Pick<Target, "outputs">) =>
  outputs === 1 ? "there is one output token: nothing to mask, nothing to feed back" : undefined;

/** The thirteen questions, with what is ours beyond them behind the question that it belongs to. */
export const switches: readonly Switch[] = [
  {
    ...{ id: "1", number: 1, name: "output head", factor: true, everywhere: true, idle: headless },
    question: "is there a linear layer on top of the last LayerNorm in regression?",
    study: "none: predictions are what the last LayerNorm gives",
    alternative: "a linear layer, as in classification",
    sets: { field: "outputHead", study: "none", alternative: "linear" },
  },
  {
    ...{ id: "2", number: 2, name: "metric", factor: true, idle: headless },
    question: "on which scale is a regression judged, and which weights are kept?",
    study: "among all true vectors of the evaluation set, which validation minimises",
    alternative: "at matched resolution; validation minimises the RMSE",
    sets: { field: "metric", study: "nearest-neighbour", alternative: "matched-resolution" },
  },
  {
    ...{ id: "3", number: 3, name: "class definition", factor: true, everywhere: true, idle: never },
    question: "what is a class? (in regression: of the matched scale, read off the same runs)",
    study: "the nearest of K centroids on the diagonal of R^d",
    alternative: "one of K for each coordinate",
    sets: { field: "classDefinition", study: "diagonal", alternative: "per-coordinate" },
  },
  {
    ...{ id: "4", number: 4, name: "range", factor: true, idle: never },
    question: "what do the centroids span? (in regression: of the matched scale, read off the same runs)",
    study: "[−1, 1]",
    alternative: "the range of the target's outputs",
    sets: { field: "classRange", study: "unit", alternative: "target" },
  },
  {
    ...{ id: "5", number: 5, name: "decoder mask", factor: true, idle: oneToken },
    question: "may an output position see later true outputs?",
    study: "yes: no mask is passed",
    alternative: "no: a causal mask",
    sets: { field: "decoderMask", study: "none", alternative: "causal" },
  },
  {
    ...{ id: "5b", number: null, name: "decoding", factor: true, idle: oneToken },
    question: "what does the decoder read when the model is judged? (ours, from question 5)",
    study: "the true outputs, shifted",
    alternative: "its own predictions",
    sets: { field: "decoding", study: "teacher-forcing", alternative: "own-predictions" },
  },
  {
    ...{ id: "6", number: 6, name: "start vector", factor: true, idle: never },
    question: "what is the decoder's first input?",
    study: "random, drawn anew for testing",
    alternative: "learned and stored with the weights",
    sets: { field: "startVector", study: "random", alternative: "learned" },
  },
  {
    ...{ id: "7", number: 7, name: "weight decay", factor: true, everywhere: true, idle: never },
    question: "where does weight decay act?",
    study: "in Adam's gradient (L2)",
    alternative: "decoupled from it (AdamW), of the same strength",
    sets: { field: "weightDecay", study: "l2", alternative: "decoupled" },
  },
  {
    ...{ id: "7b", number: 7, name: "no weight decay", factor: false, idle: never },
    question: "is there weight decay at all?",
    study: "in Adam's gradient (L2)",
    alternative: "none",
    sets: { field: "weightDecay", study: "l2", alternative: "none" },
  },
  {
    ...{ id: "8", number: 8, name: "learning-rate floor", factor: true, idle: never },
    question: "where does the schedule of the learning rate end?",
    study: "at 0",
    alternative: "at a tenth of the peak",
    sets: { field: "learningRateFloor", study: "none", alternative: "tenth" },
  },
  {
    ...{ id: "9", number: 9, name: "padding mask", factor: false },
    question: "what does a 1 in the padding mask mark?",
    study: "a valid token",
    alternative: "a token to be ignored",
    sets: { field: "paddingMask", study: "one-is-valid", alternative: "one-is-ignored" },
    idle: () => "the targets have no padding",
  },
  {
    ...{ id: "10", number: 10, name: "training length", factor: false, idle: never },
    question: "does training run to its end?",
    study: "the last published commit stops at the first validation",
    alternative: "yes",
    sets: { field: "trainingLength", study: "first-validation", alternative: "full" },
  },
  {
    ...{ id: "11", number: 11, name: "baselines", factor: false, idle: never },
    question: "what is a failure rate held against? (read off the same runs)",
    study: "nothing",
    alternative: "majority class, mean predictor, least squares; an MLP and a staircase of as many numbers",
  },
  {
    ...{ id: "12", number: 12, name: "seeds", factor: false, idle: never },
    question: "of how many runs is a conclusion? (read off the same runs)",
    study: "one a setting",
    alternative: "several, with intervals",
  },
  {
    ...{ id: "13", number: 13, name: "width", factor: true, idle: never },
    question: "is the model as wide as a token, or wider? (in regression wider only with an output head)",
    study: "as wide: dModel = d, no input embedding",
    alternative: "tokens are embedded, dModel is 32 or d",
    sets: { field: "width", study: "tied", alternative: "embedded" },
  },
  {
    ...{ id: "D", number: null, name: "dropout", factor: false, idle: never },
    question: "are the models regularised by dropout? (ours: the study searched 0.1 … 0.2)",
    study: "yes, as set for all runs",
    alternative: "no",
    sets: { field: "dropout", study: "as-set", alternative: "none" },
  },
];

/** A switch that sets something. */
export type Trained = Switch & { readonly sets: NonNullable<Switch["sets"]> };

export const trainedSwitches = switches.filter((one): one is Trained => one.sets !== undefined);

/** The same answers but for one switch. */
export function withSwitch(answers: Answers, { sets }: Trained, side: "study" | "alternative"): Answers {
  return { ...answers, [sets.field]: sets[side] };
}
